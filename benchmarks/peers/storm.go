// Go's net/http. A caller leaves by the end of its context.
package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

type result struct {
	Useful    int64   `json:"useful"`
	Abandoned int64   `json:"abandoned"`
	Failed    int64   `json:"failed"`
	Seconds   float64 `json:"seconds"`
}

func number(at int) int {
	value, err := strconv.Atoi(os.Args[at])
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	url, requests, warmUp, workers, abandon := os.Args[2], number(3), number(4), number(5), number(6)
	timeout, slow := time.Duration(number(7))*time.Millisecond, os.Args[2]+"?delay="+os.Args[8]+"&phase=headers"
	client := &http.Client{Transport: &http.Transport{
		// The default keeps two.
		MaxIdleConnsPerHost: 10000,
		TLSClientConfig:     &tls.Config{InsecureSkipVerify: true},
	}}

	get := func(ctx context.Context, url string) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		read, err := io.Copy(io.Discard, response.Body)
		if err == nil && (response.StatusCode != http.StatusOK || read != 256) {
			err = fmt.Errorf("status %d, %d bytes", response.StatusCode, read)
		}
		return err
	}

	storm := func(requests int) result {
		var next, useful, abandoned, failed atomic.Int64
		var group sync.WaitGroup
		start := time.Now()
		for worker := 0; worker < workers; worker++ {
			group.Add(1)
			go func() {
				defer group.Done()
				for i := int(next.Add(1)) - 1; i < requests; i = int(next.Add(1)) - 1 {
					if i*abandon/100 == (i+1)*abandon/100 {
						if get(context.Background(), url) == nil {
							useful.Add(1)
						} else {
							failed.Add(1)
						}
						continue
					}
					ctx, cancel := context.WithTimeout(context.Background(), timeout)
					if errors.Is(get(ctx, slow), context.DeadlineExceeded) {
						abandoned.Add(1)
					} else {
						failed.Add(1)
					}
					cancel()
				}
			}()
		}
		group.Wait()
		return result{useful.Load(), abandoned.Load(), failed.Load(), time.Since(start).Seconds()}
	}

	input := bufio.NewReader(os.Stdin)
	storm(warmUp)
	fmt.Println("ready")
	input.ReadString('\n')
	json.NewEncoder(os.Stdout).Encode(storm(requests))
	input.ReadString('\n')
}
