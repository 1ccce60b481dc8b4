// Go's net/http: what Targets.cs says of /ok, /late, /half and /upload.
package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

const lateness = 200 * time.Millisecond

func answer(response http.ResponseWriter, request *http.Request) {
	switch request.URL.Path {
	case "/late":
		time.Sleep(lateness)
	case "/half":
		response.Header().Set("Content-Length", "20")
		io.WriteString(response, strings.Repeat("x", 10))
		response.(http.Flusher).Flush()
		time.Sleep(lateness)
		io.WriteString(response, strings.Repeat("x", 10))
		return
	case "/upload":
		io.Copy(io.Discard, request.Body)
	}
	io.WriteString(response, "ok")
}

func main() {
	address, certificate, key := os.Args[1], os.Args[2], os.Args[3]
	handler := http.HandlerFunc(answer)
	onlyHttp1 := map[string]func(*http.Server, *tls.Conn, http.Handler){}
	plain := &http.Server{Addr: address + ":8001", Handler: handler}
	secure := &http.Server{Addr: address + ":8002", Handler: handler, TLSNextProto: onlyHttp1}
	http2 := &http.Server{Addr: address + ":8003", Handler: handler}
	ended := make(chan error)
	go func() { ended <- plain.ListenAndServe() }()
	go func() { ended <- secure.ListenAndServeTLS(certificate, key) }()
	go func() { ended <- http2.ListenAndServeTLS(certificate, key) }()
	fmt.Println(<-ended)
}
