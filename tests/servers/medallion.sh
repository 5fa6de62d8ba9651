#!/usr/bin/env bash
# medallion 3.0.0, the TAXII 2.1 server of OASIS, with its memory backend.
#
#   medallion.sh start DIR PORT   listens on 127.0.0.1:PORT with fresh data; prints one line of JSON
#   medallion.sh stop DIR
#
# DIR holds the virtual environment, which the first start makes, and everything else that the server needs.
# Rights belong to collections, not to users: every user sees the same.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/stand.sh"
environment medallion==3.0.0 Flask==3.1.3 Flask-HTTPAuth==4.8.1 Werkzeug==3.1.9 Jinja2==3.1.6 \
  MarkupSafe==3.0.4 itsdangerous==2.2.0 click==8.5.1 blinker==1.9.0 pytz==2026.6 six==1.17.0
python3 "$here/medallion_data.py" "$dir" "$port" > "$dir/line.json"
launch "$port" "$dir/venv/bin/medallion" --host 127.0.0.1 --port "$port" "$dir/config.json"
cat "$dir/line.json"
