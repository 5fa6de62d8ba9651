# What the start scripts share; sourced by them.

usage() { echo "usage: $0 start DIR PORT | stop DIR" >&2; exit 2; }

# Ends the server that was started for $dir, by its id.
stop_server() {
  [ -f "$dir/pid" ] || return 0
  local pid
  pid=$(cat "$dir/pid")
  kill "$pid" 2>/dev/null || true
  for _ in $(seq 50); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  kill -9 "$pid" 2>/dev/null || true
  rm -f "$dir/pid"
}

is_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A virtual environment under $dir with exactly these packages.
environment() {
  local wanted="$*"
  [ "$(cat "$dir/venv/.packages" 2>/dev/null)" = "$wanted" ] && return 0
  rm -rf "$dir/venv"
  python3 -m venv "$dir/venv"
  # --no-deps: the versions below are all there is, so that a run next year tests the same server
  "$dir/venv/bin/pip" -q --disable-pip-version-check install --no-deps "$@" >&2
  echo "$wanted" > "$dir/venv/.packages"
}

# launch PORT COMMAND...: starts the server in the background and waits until it listens.
launch() {
  local port=$1
  shift
  (cd "$dir" && PYTHONWARNINGS=ignore exec setsid "$@" > "$dir/server.log" 2>&1 < /dev/null) &
  local pid=$!
  echo "$pid" > "$dir/pid"
  for _ in $(seq 300); do
    if ! kill -0 "$pid" 2>/dev/null; then
      echo "the server ended at once:" >&2
      tail -20 "$dir/server.log" >&2
      rm -f "$dir/pid"
      exit 1
    fi
    is_open "$port" && return 0
    sleep 0.1
  done
  echo "the server does not listen on port $port" >&2
  exit 1
}

[ $# -ge 2 ] || usage
mkdir -p "$2"
dir=$(cd "$2" && pwd)
case $1 in
  stop) stop_server; exit 0 ;;
  start) [ $# -eq 3 ] || usage ;;
  *) usage ;;
esac
port=$3
stop_server
if is_open "$port"; then echo "port $port is in use" >&2; exit 1; fi
