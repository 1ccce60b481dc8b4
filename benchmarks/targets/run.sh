#!/bin/sh
# Measures and records benchmarks/results: the default comparison, the same against nginx and Apache httpd as reverse proxies in
# front of a slow backend, all on loopback, the micro measurements and the call chain. Needs Debian's nginx, apache2,
# openssl and curl.
#
#   benchmarks/targets/run.sh [default] [https] [nginx] [apache] [micro] [micro-NAME] [chain]
#
# Without arguments all of them, in about half an hour; micro-storm, for instance, is one of the micro measurements.
#
# The default comparison also leaves its page and its chart. Options of compare can be handed over in COMPARE, for instance
# COMPARE="--seconds 2".
set -eu
cd "$(dirname "$0")/../.."
targets=benchmarks/targets
results=benchmarks/results
tool=benchmarks/GracefulHttp.Benchmarks/bin/Release/net10.0/GracefulHttp.Benchmarks
modules=${APACHE_MODULES:-/usr/lib/apache2/modules}
dir=$(mktemp -d)
started=""

stop() {
    for pid in $started; do kill "$pid" 2>/dev/null || true; done
    for pid in $started; do wait "$pid" 2>/dev/null || true; done
    started=""
}
trap 'stop; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM

# Waits, at most 10 s, until something listens on a port of 127.0.0.1.
await() {
    tries=0
    until curl -sko /dev/null "$1"; do
        tries=$((tries + 1))
        [ "$tries" -lt 100 ] || { echo "nothing answers at $1:" >&2; cat "$dir"/*.log >&2; exit 1; }
        sleep 0.1
    done
}

# record FILE TITLE NOTE OPTIONS TARGET... : one table per target into one file. The options are not shown.
record() {
    file=$results/$1 title=$2 note=$3 options=$4
    shift 4
    { echo "# $title"; echo; echo "$note"; } >"$dir/record.md"
    for target in "$@"; do
        line="compare${target:+ --target $target}${COMPARE:+ $COMPARE}"
        printf '\n    dotnet run -c Release --project benchmarks/GracefulHttp.Benchmarks -- %s\n\n```\n' "$line" >>"$dir/record.md"
        # shellcheck disable=SC2086 # the line and the options are words
        "$tool" $line $options >>"$dir/record.md"
        echo '```' >>"$dir/record.md"
    done
    cp "$dir/record.md" "$file"
    echo "recorded $file"
}

# record_alone COMMAND NOTE : one measurement without a target into one file.
record_alone() {
    file=$results/$(echo "$1" | sed 's/ --protocol//' | tr ' ' -).md
    {
        printf '# %s\n\n%s Reproduce with `benchmarks/targets/run.sh %s`.\n' "$1" "$2" "${1%% *}"
        printf '\n    dotnet run -c Release --project benchmarks/GracefulHttp.Benchmarks -- %s\n\n```\n' "$1"
        # shellcheck disable=SC2086 # the command is words
        "$tool" $1
        echo '```'
    } >"$dir/record.md"
    cp "$dir/record.md" "$file"
    echo "recorded $file"
}

record_micro() {
    case $1 in
    overhead) note="What a request costs that nobody abandons, beside a bare \`SocketsHttpHandler\`." ;;
    cancel) note="How long a caller that leaves waits for its exception, beside a plain client." ;;
    storm) note="What requests that nobody abandons see of a storm of abandoned ones beside them, over HTTP/2." ;;
    bench) note="The operations by themselves, measured by BenchmarkDotNet." ;;
    linger) note="What connections cost while they linger, and that they are gone when their time is up." ;;
    tail) note="What time-outs, retries and hedges make of a server that is slow now and then, and what they cost it." ;;
    *)
        echo "unknown: micro-$1 (overhead, cancel, storm, bench, linger, tail)" >&2
        exit 1
        ;;
    esac
    record_alone "micro $1" "$note"
}

backend() {
    "$tool" serve --port 18081 >"$dir/backend.log" 2>&1 &
    started="$started $!"
    await http://127.0.0.1:18081/
}

certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost \
        -keyout "$dir/key.pem" -out "$dir/certificate.pem" 2>/dev/null
    chmod 755 "$dir"
}

configure() {
    user=""
    [ "$(id -u)" -ne 0 ] || user=$2
    sed -e "s|@DIR@|$dir|g" -e "s|@MODULES@|$modules|g" -e "s|@USER@|$user|g" "$targets/$1" >"$dir/$1"
}

dotnet build -c Release --nologo -v quiet benchmarks/GracefulHttp.Benchmarks
mkdir -p "$results"
ulimit -n 16384 2>/dev/null || true
[ $# -gt 0 ] || set -- default https nginx apache micro chain
for what in "$@"; do
    case $what in
    default)
        record compare-default.md "compare, default run" \
            "The embedded servers, all protocols and strategies; the same as [a page](compare-default.html) and [a chart](compare-default.svg). Reproduce with \`benchmarks/targets/run.sh default\`." \
            "--html $results/compare-default.html --svg $results/compare-default.svg" ""
        ;;
    https)
        COMPARE="--protocol https --seconds 4"
        record compare-https.md "compare, https" \
            "The default run's rows over TLS, with longer rounds. Reproduce with \`benchmarks/targets/run.sh https\`." "" ""
        COMPARE=""
        ;;
    nginx)
        certificate
        configure nginx.conf "user www-data;"
        backend
        "${NGINX:-/usr/sbin/nginx}" -p "$dir" -c "$dir/nginx.conf" >"$dir/nginx.log" 2>&1 &
        started="$started $!"
        await http://127.0.0.1:18080/
        record compare-nginx.md "compare against $("${NGINX:-/usr/sbin/nginx}" -v 2>&1 | sed 's/.*: //')" \
            "A reverse proxy ([configuration](../targets/nginx.conf)) in front of a slow backend (\`serve --port 18081\`, Kestrel), all on loopback. Reproduce with \`benchmarks/targets/run.sh nginx\`." \
            "" http://127.0.0.1:18080/ https://127.0.0.1:18443/
        stop
        ;;
    apache)
        certificate
        configure apache.conf "User www-data\\nGroup www-data"
        backend
        "${APACHE:-/usr/sbin/apache2}" -f "$dir/apache.conf" -DFOREGROUND >"$dir/apache.log" 2>&1 &
        started="$started $!"
        await http://127.0.0.1:18090/
        record compare-apache.md "compare against $("${APACHE:-/usr/sbin/apache2}" -v | sed -n 's/^Server version: //p')" \
            "A reverse proxy ([configuration](../targets/apache.conf)) in front of a slow backend (\`serve --port 18081\`, Kestrel), all on loopback. Reproduce with \`benchmarks/targets/run.sh apache\`." \
            "" http://127.0.0.1:18090/ https://127.0.0.1:18493/
        stop
        ;;
    micro)
        for one in overhead cancel storm bench linger tail; do record_micro "$one"; done
        ;;
    micro-*)
        record_micro "${what#micro-}"
        ;;
    chain)
        record_alone "chain" "How late each of three services that call each other learns that the caller has left, over HTTP/1.1."
        record_alone "chain --protocol h2" "How late each of three services that call each other learns that the caller has left, over HTTP/2 and with no request answered between the abandoned ones."
        ;;
    *)
        echo "unknown: $what (default, https, nginx, apache, micro, chain)" >&2
        exit 1
        ;;
    esac
done
