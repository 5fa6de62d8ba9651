#!/usr/bin/env bash
# OpenTAXII 0.9.3 of EclecticIQ, its TAXII 2.1 part, with SQLite and its own accounts.
#
#   opentaxii.sh start DIR PORT   listens on 127.0.0.1:PORT with a fresh database; prints one line of JSON
#   opentaxii.sh stop DIR
#
# As published, 0.9.3 answers 500 wherever it has to write an identifier into JSON: on collections, a collection,
# adding and status. It is started by a module that mends this and nothing else, since otherwise hardly anything
# could be tested. AS_PUBLISHED=1 leaves the mending out.
#
# Rights for each user do not work in 0.9.3. Its administrator reads and writes everything; everybody else has the
# public rights of a collection, of which there are four kinds here. So there are two runs: one as administrator
# in a private collection, and one as an ordinary user for the kinds of rights.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/stand.sh"
environment opentaxii==0.9.3 gunicorn==23.0.0 packaging==25.0 Flask==2.2.5 Werkzeug==2.2.3 Jinja2==3.1.6 \
  MarkupSafe==3.0.4 itsdangerous==2.2.0 click==8.1.7 blinker==1.6.3 SQLAlchemy==1.4.54 greenlet==3.0.3 \
  typing_extensions==4.16.0 marshmallow==3.18.0 stix2==3.0.2 stix2-patterns==2.1.2 \
  antlr4-python3-runtime==4.13.2 simplejson==4.3.0 requests==2.34.2 urllib3==2.8.0 certifi==2026.10.18 \
  charset-normalizer==3.5.2 idna==3.20 pytz==2026.6 six==1.17.0 libtaxii==1.1.119 lxml==6.1.3 \
  python-dateutil==2.9.0.post0 PyYAML==6.0.3 structlog==22.1.0 PyJWT==2.8.0 mypy_extensions==1.0.0 tzdata==2026.6
bin=$dir/venv/bin
rm -f "$dir"/*.db
cat > "$dir/config.yml" <<YML
domain: "127.0.0.1:$port"
support_basic_auth: yes
return_server_error_details: no
auth_api:
  class: opentaxii.auth.sqldb.SQLDatabaseAPI
  parameters:
    db_connection: "sqlite:///$dir/accounts.db"
    create_tables: yes
    secret: nothing-but-a-secret-for-tests-of-32-bytes-or-more
    token_ttl_secs: 3600
taxii1:
taxii2:
  title: "OpenTAXII for tests"
  description: "Synthetic data."
  max_content_length: 1048576
  public_discovery: true
  allow_custom_properties: true
  persistence_api:
    class: opentaxii.persistence.sqldb.Taxii2SQLDatabaseAPI
    parameters:
      db_connection: "sqlite:///$dir/data.db"
      create_tables: yes
logging:
  opentaxii: info
  root: info
YML
export OPENTAXII_CONFIG=$dir/config.yml PYTHONWARNINGS=ignore
root_id() { python3 "$here/opentaxii_data.py" root "$dir" "$1"; }
{
  "$bin/opentaxii-create-account" -u keeper -p keeper-secret
  "$bin/opentaxii-update-account" -u keeper -f admin -v yes
  "$bin/opentaxii-create-account" -u reader -p reader-secret
  "$bin/opentaxii-add-api-root" -t "First root" -d "Synthetic data." --default
  "$bin/opentaxii-add-api-root" -t "Second root"
  first=$(root_id "First root")
  second=$(root_id "Second root")
  "$bin/opentaxii-add-collection" -r "$first" -t "Private" -a private
  "$bin/opentaxii-add-collection" -r "$first" -t "Read and write" -a read-and-write --public --public-write
  "$bin/opentaxii-add-collection" -r "$first" -t "Read only" --public
  "$bin/opentaxii-add-collection" -r "$first" -t "Write only" --public-write
  "$bin/opentaxii-add-collection" -r "$first" -t "Empty"
  "$bin/opentaxii-add-collection" -r "$second" -t "Private, second root"
} > "$dir/setup.log" 2>&1
# It makes ids up. The same ones each time let reports of two runs be compared.
"$bin/python" - "$dir/data.db" <<'PY'
import hashlib
import sqlite3
import sys
import uuid

with sqlite3.connect(sys.argv[1]) as data:
    for table, referring in (("opentaxii_api_root", "opentaxii_collection"), ("opentaxii_collection", None)):
        for old, title in data.execute("select id, title from " + table).fetchall():
            new = uuid.UUID(hashlib.md5(title.encode()).hexdigest(), version=4).hex
            data.execute("update %s set id = ? where id = ?" % table, (new, old))
            if referring:
                data.execute("update %s set api_root_id = ? where api_root_id = ?" % referring, (new, old))
PY
# Each request is authenticated anew, which takes a tenth of a second with 260,000 rounds. These passwords are no secret.
"$bin/python" - "$dir/accounts.db" <<'PY'
import sqlite3
import sys

from werkzeug.security import generate_password_hash

with sqlite3.connect(sys.argv[1]) as accounts:
    for name in ("keeper", "reader"):
        quick = generate_password_hash(name + "-secret", method="pbkdf2:sha256:1")
        accounts.execute("update accounts set password_hash = ? where username = ?", (quick, name))
PY
if [ "${AS_PUBLISHED:-}" = 1 ]; then
  echo "from opentaxii.http import app" > "$dir/started.py"
else
  cat > "$dir/started.py" <<'PY'
import json
import uuid

plain = json.JSONEncoder.default
json.JSONEncoder.default = lambda self, value: str(value) if isinstance(value, uuid.UUID) else plain(self, value)

from opentaxii.http import app  # noqa: E402,F401
PY
fi
launch "$port" "$bin/gunicorn" --bind "127.0.0.1:$port" --workers 1 started:app
python3 "$here/opentaxii_data.py" load "$dir" "$port"
