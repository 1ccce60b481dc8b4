// Apache HttpClient 5, async. A caller leaves by Future.cancel: 'hard' kills the connection (the default), 'soft' lets the exchange
// end in the background and keeps it.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.async.methods.SimpleHttpRequest;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.apache.hc.client5.http.ssl.NoopHostnameVerifier;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.ssl.SSLContexts;

public final class Storm {
    private final CloseableHttpAsyncClient client;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final String url;
    private final String slow;
    private final int workers;
    private final int abandon;
    private final int timeout;

    private Storm(String[] arguments) throws Exception {
        url = arguments[1];
        workers = Integer.parseInt(arguments[4]);
        abandon = Integer.parseInt(arguments[5]);
        timeout = Integer.parseInt(arguments[6]);
        slow = url + "?delay=" + arguments[7] + "&phase=headers";
        client = HttpAsyncClients.custom()
            .setConnectionManager(PoolingAsyncClientConnectionManagerBuilder.create()
                // The default is five.
                .setMaxConnPerRoute(10_000)
                .setMaxConnTotal(10_000)
                .setDefaultTlsConfig(TlsConfig.custom().setVersionPolicy(HttpVersionPolicy.FORCE_HTTP_1).build())
                .setTlsStrategy(ClientTlsStrategyBuilder.create()
                    .setSslContext(SSLContexts.custom().loadTrustMaterial((chain, type) -> true).build())
                    .setHostnameVerifier(NoopHostnameVerifier.INSTANCE)
                    .build())
                .build())
            .setDefaultRequestConfig(RequestConfig.custom().setHardCancellationEnabled(arguments[0].equals("hard")).build())
            .build();
        client.start();
    }

    public static void main(String[] arguments) throws Exception {
        var input = new BufferedReader(new InputStreamReader(System.in));
        var storm = new Storm(arguments);
        storm.new Run(Integer.parseInt(arguments[3])).run();
        System.out.println("ready");
        input.readLine();
        System.out.println(storm.new Run(Integer.parseInt(arguments[2])).run());
        input.readLine();
        storm.timer.shutdown();
        storm.client.close();
    }

    private final class Run {
        private final int requests;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger useful = new AtomicInteger();
        private final AtomicInteger abandoned = new AtomicInteger();
        private final AtomicInteger failed = new AtomicInteger();
        private final CountDownLatch left = new CountDownLatch(workers);

        Run(int requests) {
            this.requests = requests;
        }

        String run() throws InterruptedException {
            long start = System.nanoTime();
            for (int worker = 0; worker < workers; worker++) {
                sendNext();
            }
            left.await();
            return String.format(
                "{\"useful\":%d,\"abandoned\":%d,\"failed\":%d,\"seconds\":%.3f}",
                useful.get(), abandoned.get(), failed.get(), (System.nanoTime() - start) / 1e9);
        }

        private void sendNext() {
            int number = next.getAndIncrement();
            if (number >= requests) {
                left.countDown();
                return;
            }
            boolean isSlow = (long) number * abandon / 100 != (number + 1L) * abandon / 100;
            SimpleHttpRequest request = SimpleRequestBuilder.get(isSlow ? slow : url).build();
            Future<SimpleHttpResponse> call = client.execute(request, new Caller(isSlow));
            if (isSlow) {
                timer.schedule(() -> call.cancel(true), timeout, TimeUnit.MILLISECONDS);
            }
        }

        private final class Caller implements FutureCallback<SimpleHttpResponse> {
            private final boolean isSlow;

            Caller(boolean isSlow) {
                this.isSlow = isSlow;
            }

            @Override
            public void completed(SimpleHttpResponse response) {
                boolean isRight = response.getCode() == 200 && response.getBodyBytes().length == 256;
                count(isRight && !isSlow ? useful : failed);
            }

            @Override
            public void failed(Exception problem) {
                count(failed);
            }

            @Override
            public void cancelled() {
                count(isSlow ? abandoned : failed);
            }

            private void count(AtomicInteger counter) {
                counter.incrementAndGet();
                sendNext();
            }
        }
    }
}
