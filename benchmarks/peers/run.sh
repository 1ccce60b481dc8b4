#!/bin/bash
# The same storm of abandoned requests with other HTTP clients, side by side, into benchmarks/results/peers.md. Needs root, for two
# network namespaces with a cable between them: the FIN-blind server of 'serve' in one, the measured client alone in the other.
#
#   benchmarks/peers/run.sh [CLIENT...]      without arguments: all of them, about twenty minutes
#
# Clients: dotnet/plain dotnet/close dotnet/drain apache/hard apache/soft go/net-http node/http node/fetch python/aiohttp c/libcurl
#
# What Debian has and this machine lacks is installed first (INSTALL=no: it is not). A client that cannot be built, or fails, is named and left out.
# From the environment: REQUESTS per run, WARM_UP requests before it, WORKERS, ABANDON in percent, TIMEOUT_MS after which a caller leaves,
# DELAY_MS after which a slow answer comes, ROUNDS, PROTOCOLS, OUTPUT; TOOL is the benchmark tool, if it is built already.
set -euo pipefail
cd "$(dirname "$0")/../.."
# The command line of the report: what is set in the environment belongs to it.
command=benchmarks/peers/run.sh${*:+ $*}
for name in OUTPUT PROTOCOLS ROUNDS DELAY_MS TIMEOUT_MS ABANDON WORKERS WARM_UP REQUESTS; do
    [ -z "${!name-}" ] || printf -v command '%s=%q %s' "$name" "${!name}" "$command"
done
: "${REQUESTS:=20000}" "${WARM_UP:=5000}" "${WORKERS:=32}" "${ABANDON:=30}" "${TIMEOUT_MS:=20}" "${DELAY_MS:=120}" "${ROUNDS:=3}"
: "${PROTOCOLS:=http https}" "${OUTPUT:=benchmarks/results/peers.md}" "${INSTALL:=yes}"
peers=benchmarks/peers
tool=${TOOL:-benchmarks/GracefulHttp.Benchmarks/bin/Release/net10.0/GracefulHttp.Benchmarks}
all="dotnet/plain dotnet/close dotnet/drain apache/hard apache/soft go/net-http node/http node/fetch python/aiohttp c/libcurl"
server_address=10.213.9.1 client_address=10.213.9.2 port=8080
patience=300 # seconds; it tells a hang, it measures nothing
dir=$(mktemp -d)
started=()

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }
stop() {
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${started[@]}"; do wait "$pid" 2>/dev/null || true; done
    started=()
}
trap 'stop; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
# Writing to a client that has ended is then an error, and not the end. Not ignored, which the clients would inherit.
trap : PIPE

[ "$(id -u)" = 0 ] || die "network namespaces need root."
clients=${*:-$all}
for client in $clients; do
    case " $all " in *" $client "*) ;; *) die "'$client' is not one of: $all" ;; esac
done

# --- what the clients need ---------------------------------------------------------------------------------------------

install_missing() {
    local missing=()
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] && [ "$INSTALL" = yes ] || return 0
    say "installing ${missing[*]}"
    { apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$dir/apt.log" 2>&1 || true
}

# A program that is here already is as good as Debian's.
install_unless() { command -v "$1" >/dev/null || install_missing "${@:2}"; }

jars=$(printf ':/usr/share/java/%s.jar' httpclient5 httpcore5 httpcore5-h2 slf4j-api)
jars=${jars#:}

prepare() {
    case $1 in
    dotnet) dotnet build --nologo -v quiet -c Release -o "$dir/dotnet" $peers/storm.cs ;;
    apache)
        install_missing libhttpclient5-java
        install_unless javac default-jdk-headless
        javac -d "$dir/apache" -cp "$jars" $peers/Storm.java
        ;;
    go)
        install_unless go golang-go
        HOME=$dir go build -o "$dir/storm-go" $peers/storm.go
        ;;
    node)
        install_unless node nodejs
        node --check $peers/storm.mjs
        ;;
    python)
        install_missing python3-aiohttp
        /usr/bin/python3 -c 'import aiohttp'
        ;;
    c)
        install_missing gcc libc6-dev libcurl4-openssl-dev
        gcc -O2 -Wall -o "$dir/storm-curl" $peers/storm.c -lcurl
        ;;
    esac
}

command_of() {
    case $1 in
    dotnet) echo "dotnet $dir/dotnet/storm.dll" ;;
    apache) echo "java -cp $dir/apache:$jars Storm" ;;
    go) echo "$dir/storm-go" ;;
    node) echo "node --no-warnings $peers/storm.mjs" ;;
    python) echo "/usr/bin/python3 $peers/storm.py" ;;
    c) echo "$dir/storm-curl" ;;
    esac
}

version_of() {
    case $1 in
    dotnet) echo ".NET $(dotnet --list-runtimes | sed -n 's/^Microsoft.NETCore.App \([^ ]*\).*/\1/p' | tail -n 1)" ;;
    apache) echo "Apache HttpClient $(dpkg-query -W -f '${source:Upstream-Version}' libhttpclient5-java) on $(java --version | head -n 1)" ;;
    go) go version | sed 's/^go version go\([^ ]*\).*/Go \1/' ;;
    node) echo "Node $(node -p 'process.versions.node + ", undici " + process.versions.undici')" ;;
    python) /usr/bin/python3 -c 'import aiohttp, platform; print(f"aiohttp {aiohttp.__version__} on Python {platform.python_version()}")' ;;
    c) echo "libcurl $(curl-config --version | sed 's/libcurl //')" ;;
    esac
}

# --- the two hosts -----------------------------------------------------------------------------------------------------

# Leaves the id of a process that does nothing in a network namespace of its own.
new_host() {
    unshare --net sleep infinity &
    started+=($!)
    host=$!
    until [ "$(readlink "/proc/$host/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
    nsenter -t "$host" -n ip link set lo up
}

new_server() {
    stop
    new_host
    server=$host
    nsenter -t "$server" -n "$tool" serve --server blind --protocol "$1" --address 0.0.0.0 --port $port >"$dir/server.log" 2>&1 &
    started+=($!)
    for _ in $(seq 100); do
        nsenter -t "$server" -n bash -c "exec 3<>/dev/tcp/127.0.0.1/$port" 2>/dev/null && return
        sleep 0.1
    done
    die "the server did not start: $(cat "$dir/server.log")"
}

# A host without any history, whose kernel counts nobody but the client.
new_client_host() {
    new_host
    nsenter -t "$server" -n ip link add cable type veth peer name cable netns "$host"
    nsenter -t "$server" -n ip addr add $server_address/24 dev cable
    nsenter -t "$server" -n ip link set cable up
    nsenter -t "$host" -n ip addr add $client_address/24 dev cable
    nsenter -t "$host" -n ip link set cable up
}

# counter PID NAME: of the group Tcp in the network of a process.
counter() {
    awk -v name="$2" '/^Tcp:/ { if (!at) { for (i = 1; i <= NF; i++) if ($i == name) at = i } else print $at }' "/proc/$1/net/snmp"
}

# In hundredths of a second: what its threads have used, those that ended included.
cpu() { sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; }

# --- one run -----------------------------------------------------------------------------------------------------------

# Of the client that is measured: ends it and its host, and forgets its other runs as well.
give_up() {
    say "left out: $client over $protocol $1: $(tail -n 5 "$dir/client.log")"
    kill "$pid" "$host" 2>/dev/null || true
    wait "$pid" "$host" 2>/dev/null || true
    broken="$broken $client"
    sed -i "\\|^[^ ]* $client |d" "$dir/rows"
}

# Writes a line into rows: protocol client useful abandoned failed seconds RSTs connections CPU.
measure() {
    local protocol=$1 client=$2 line before_rsts before_connections before_cpu connections used
    new_client_host
    # shellcheck disable=SC2046 # the command is words
    coproc CLIENT { exec nsenter -t "$host" -n $(command_of "${client%/*}") "${client#*/}" "$protocol://$server_address:$port/" \
        "$REQUESTS" "$WARM_UP" "$WORKERS" "$ABANDON" "$TIMEOUT_MS" "$DELAY_MS" 2>"$dir/client.log"; }
    local pid=$CLIENT_PID from=${CLIENT[0]} to=${CLIENT[1]}
    started+=("$pid")
    { read -r -t $patience line <&"$from" && [ "$line" = ready ]; } 2>/dev/null || { give_up "did not get ready"; return 0; }

    # The answers to what was abandoned last are still to come, here and below.
    sleep 0.5
    before_rsts=$(counter "$host" OutRsts) before_connections=$(counter "$host" ActiveOpens) before_cpu=$(cpu "$pid" 2>/dev/null) || true
    { echo go >&"$to" && read -r -t $patience line <&"$from"; } 2>/dev/null || { give_up "did not end"; return 0; }
    sleep 1
    connections=$(($(counter "$host" ActiveOpens) - before_connections)) used=$(cpu "$pid" 2>/dev/null) || true
    # It ends, and so do its connections.
    { echo end >&"$to" && wait "$pid"; } 2>/dev/null || { give_up "failed"; return 0; }
    used=$((used - before_cpu))
    sleep 0.2
    echo "$protocol $client $(sed 's/[^0-9.]\+/ /g' <<<"$line") $(($(counter "$host" OutRsts) - before_rsts)) $connections $used" >>"$dir/rows"
    kill "$host"
    wait "$host" 2>/dev/null || true
}

# --- the table ---------------------------------------------------------------------------------------------------------

# Medians over the rounds. Counts are printed as they are: of no RST and one the median is 0.5, and not none.
table() {
    awk -v protocol="$1" -v clients="$ready" '
        function median(name,    n, i, j, t, v) {
            n = split(values[name], v, " ")
            for (i = 2; i <= n; i++) for (j = i; j > 1 && v[j - 1] + 0 > v[j] + 0; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
            return (v[int((n + 1) / 2)] + v[int((n + 2) / 2)]) / 2
        }
        function add(name, value) { values[name] = values[name] " " value }
        $1 == protocol {
            add($2 "rate", $3 / $6); add($2 "abandoned", $4); add($2 "failed", $5); add($2 "rsts", $7)
            add($2 "per", $4 ? 1000 * $7 / $4 : 0); add($2 "opened", $8); add($2 "cpu", $3 ? 10000 * $9 / $3 : 0); add($2 "second", $9 ? 100 * $3 / $9 : 0)
        }
        END {
            print "| client | useful req/s | abandoned | client RSTs | per 1,000 | conns opened | CPU µs/useful | useful per CPU s | failed |"
            print "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
            n = split(clients, names, " ")
            for (i = 1; i <= n; i++) {
                c = names[i]
                printf "| %s | %.0f | %.9g | %.9g | %.0f | %.9g | %.0f | %.0f | %.9g |\n", title(c), median(c "rate"), median(c "abandoned"), median(c "rsts"), \
                    median(c "per"), median(c "opened"), median(c "cpu"), median(c "second"), median(c "failed")
            }
            drain = "dotnet/drain"; soft = "apache/soft"
            if (values[drain "second"] && values[soft "second"])
                printf "\nDrain against Apache soft cancel: %.2f × the useful requests per CPU second, %.9g connections opened against %.9g.\n", \
                    median(drain "second") / median(soft "second"), median(drain "opened"), median(soft "opened")
        }
        function title(c) {
            if (c == "dotnet/plain") return ".NET HttpClient"
            if (c == "dotnet/close") return "GracefulHttp, Close"
            if (c == "dotnet/drain") return "GracefulHttp, Drain"
            if (c == "apache/hard") return "Apache HttpClient, hard cancel"
            if (c == "apache/soft") return "Apache HttpClient, soft cancel"
            if (c == "go/net-http") return "Go net/http"
            if (c == "node/http") return "Node http"
            if (c == "node/fetch") return "Node fetch (undici)"
            if (c == "python/aiohttp") return "Python aiohttp"
            return "libcurl multi"
        }' "$dir/rows"
}

machine() {
    # shellcheck disable=SC1091
    echo "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores, $(awk '/MemTotal/ { printf "%.1f GiB", $2 / 1048576 }' /proc/meminfo)," \
        "$(. /etc/os-release && echo "$PRETTY_NAME"), Linux $(uname -r), $(date +%F)"
}

report() {
    cat <<EOF
# peers

The same storm with other HTTP clients ([sources](../peers)). Reproduce with \`$command\`, as root.

$(machine)

$WORKERS callers send $REQUESTS requests to a server that does not notice when a client leaves; $ABANDON % of them are answered $DELAY_MS ms late,
and their caller leaves after $TIMEOUT_MS ms. Each client runs alone in a network namespace whose kernel counts its RSTs and connections, after
$WARM_UP requests that do not count; CPU is that of its process, until one second after its last request. A slow answer that comes before
its caller leaves counts as failed. Medians, rounds: $ROUNDS.
EOF
    for protocol in $PROTOCOLS; do
        printf '\n## %s\n\n' "$protocol"
        table "$protocol"
    done
    printf '\n'
    for runtime in $runtimes; do
        case $ready in *" $runtime/"*) printf -- '- %s\n' "$(version_of "$runtime")" ;; esac
    done
    for runtime in $skipped; do printf -- '- Left out, because it could not be built here: %s\n' "$runtime"; done
    for client in $broken; do printf -- '- Left out, because it failed here: %s\n' "$client"; done
}

[ -n "${TOOL-}" ] || dotnet build -c Release --nologo -v quiet benchmarks/GracefulHttp.Benchmarks >&2
ulimit -n 16384 2>/dev/null || true
mkdir -p "$dir/apache"
runtimes="" skipped="" ready="" broken=""
: >"$dir/rows"
for runtime in $(printf '%s\n' $clients | cut -d/ -f1 | awk '!seen[$0]++'); do
    if prepare "$runtime" >"$dir/prepare.log" 2>&1; then
        runtimes="$runtimes $runtime"
        for client in $clients; do [ "${client%/*}" != "$runtime" ] || ready="$ready $client"; done
    else
        skipped="$skipped $runtime"
        say "left out: $runtime, which cannot be built here: $(tail -n 3 "$dir/prepare.log")"
    fi
done
[ -n "$ready" ] || die "no client is left."

for protocol in $PROTOCOLS; do
    new_server "$protocol"
    read -ra order <<<"$ready"
    for round in $(seq "$ROUNDS"); do
        for client in "${order[@]}"; do
            case " $broken " in *" $client "*) continue ;; esac
            say "$protocol, round $round: $client"
            measure "$protocol" "$client"
        done
        # Each round another one begins.
        order=("${order[@]:1}" "${order[0]}")
    done
done
stop
for client in $broken; do
    ready="$ready "
    ready="${ready/ $client / }"
done
[ -n "${ready// /}" ] || die "no client is left."
report >"$dir/report.md"
cp "$dir/report.md" "$OUTPUT"
say "recorded $OUTPUT"
