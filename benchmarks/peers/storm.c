/* libcurl's multi interface: what the program curl and most bindings stand on. A caller leaves by CURLOPT_TIMEOUT_MS. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct result {
    long useful, abandoned, failed;
    double seconds;
};

struct caller {
    CURL *curl;
    size_t received;
    int is_slow;
};

static const char *url;
static char slow[1024];
static long workers, abandon, timeout_ms;

static size_t receive(char *data, size_t size, size_t count, void *caller)
{
    (void)data;
    ((struct caller *)caller)->received += size * count;
    return size * count;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void begin(CURLM *multi, struct caller *caller, long number)
{
    caller->is_slow = number * abandon / 100 != (number + 1) * abandon / 100;
    caller->received = 0;
    curl_easy_setopt(caller->curl, CURLOPT_URL, caller->is_slow ? slow : url);
    curl_easy_setopt(caller->curl, CURLOPT_TIMEOUT_MS, caller->is_slow ? timeout_ms : 10000L);
    curl_multi_add_handle(multi, caller->curl);
}

static void end(struct caller *caller, CURLcode code, struct result *result)
{
    long status = 0;
    curl_easy_getinfo(caller->curl, CURLINFO_RESPONSE_CODE, &status);
    if (!caller->is_slow && code == CURLE_OK && status == 200 && caller->received == 256)
        result->useful++;
    else if (caller->is_slow && code == CURLE_OPERATION_TIMEDOUT)
        result->abandoned++;
    else
        result->failed++;
}

static struct result storm(CURLM *multi, struct caller *callers, long requests)
{
    struct result result = {0, 0, 0, 0};
    double start = now();
    long next = 0, running = 0;
    while (running < workers && next < requests) {
        begin(multi, &callers[running++], next++);
    }
    while (running > 0) {
        int active, left;
        CURLMsg *message;
        curl_multi_perform(multi, &active);
        while ((message = curl_multi_info_read(multi, &left)) != NULL) {
            struct caller *caller;
            CURLcode code = message->data.result;
            CURL *curl = message->easy_handle;
            curl_easy_getinfo(curl, CURLINFO_PRIVATE, (char **)&caller);
            curl_multi_remove_handle(multi, curl);
            end(caller, code, &result);
            running--;
            if (next < requests) {
                begin(multi, caller, next++);
                running++;
            }
        }
        if (running > 0)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    result.seconds = now() - start;
    return result;
}

int main(int count, char **arguments)
{
    if (count != 9)
        return 2;
    url = arguments[2];
    long requests = atol(arguments[3]), warm_up = atol(arguments[4]);
    workers = atol(arguments[5]);
    abandon = atol(arguments[6]);
    timeout_ms = atol(arguments[7]);
    snprintf(slow, sizeof slow, "%s?delay=%s&phase=headers", url, arguments[8]);

    curl_global_init(CURL_GLOBAL_ALL);
    CURLM *multi = curl_multi_init();
    struct caller *callers = calloc((size_t)workers, sizeof *callers);
    for (long i = 0; i < workers; i++) {
        CURL *curl = callers[i].curl = curl_easy_init();
        curl_easy_setopt(curl, CURLOPT_PRIVATE, &callers[i]);
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, &callers[i]);
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
        curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    }

    char line[16];
    storm(multi, callers, warm_up);
    puts("ready");
    fflush(stdout);
    fgets(line, sizeof line, stdin);
    struct result result = storm(multi, callers, requests);
    printf("{\"useful\":%ld,\"abandoned\":%ld,\"failed\":%ld,\"seconds\":%.3f}\n", result.useful, result.abandoned, result.failed, result.seconds);
    fflush(stdout);
    fgets(line, sizeof line, stdin);
    for (long i = 0; i < workers; i++)
        curl_easy_cleanup(callers[i].curl);
    curl_multi_cleanup(multi);
    return 0;
}
