#!/usr/bin/env python3
"""Whether ids of another organization can be told from ids of nothing by time.

    helpdesk --json demo load > signins.json
    RATE_LIMIT_PERSON=0 RATE_LIMIT_ORGANIZATION=0 RATE_LIMIT_PEER=0 helpdesk serve --demo
    bench/absent.py http://localhost:8000 [TRIES] < signins.json

asks by turns, in an order drawn anew for each try, and prints the medians. They differ by less than 5 ms.
"""

import http.client
import json
import random
import statistics
import sys
import time
import urllib.parse

url = urllib.parse.urlsplit(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000")
tries = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
sign_ins = json.load(sys.stdin)["sign_ins"]
connection = http.client.HTTPConnection(url.hostname, url.port)


def ask(slug, method, path, token=None, body=None):
    headers = {"Host": f"{slug}.{url.hostname}:{url.port}"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if body is not None:
        headers["Content-Type"] = "application/json"
        body = json.dumps(body)
    connection.request(method, f"/api/v1/{path}", body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def sign_in(slug):
    admin = next(each for each in sign_ins if each["slug"] == slug and each["role"] == "admin")
    status, body = ask(slug, "POST", "auth/login/", body={"email": admin["email"], "password": admin["password"]})
    if status != 200:
        sys.exit(f"{slug}: {body.decode()}")
    return json.loads(body)["access"]


def nothing(prefix):
    return prefix + "_" + "0" + "".join(random.choices("0123456789abcdefghjkmnpqrstvwxyz", k=25))


tokens = {slug: sign_in(slug) for slug in ("acme", "globex")}
found = {}
for kind in ("tickets", "customers", "users", "teams", "sla-policies"):
    found[kind] = json.loads(ask("globex", "GET", f"{kind}/", tokens["globex"])[1])["results"][0]["id"]
cases = [
    ("GET", "tickets/{}/", "tickets", None),
    ("GET", "tickets/{}/messages/", "tickets", None),
    ("GET", "tickets/{}/history/", "tickets", None),
    ("PATCH", "tickets/{}/", "tickets", {"subject": "x"}),
    ("POST", "tickets/{}/messages/", "tickets", {"body": "x"}),
    ("GET", "customers/{}/", "customers", None),
    ("GET", "users/{}/", "users", None),
    ("GET", "teams/{}/", "teams", None),
    ("GET", "sla-policies/{}/", "sla-policies", None),
]
worst = 0
for method, path, kind, body in cases:
    times = {"foreign": [], "absent": []}
    for _ in range(tries):
        for which in random.sample(list(times), 2):
            id = found[kind] if which == "foreign" else nothing(found[kind][:3])
            begin = time.perf_counter()
            status, _ = ask("acme", method, path.format(id), tokens["acme"], body)
            times[which].append(time.perf_counter() - begin)
            assert status == 404, (method, path, status)
    foreign, absent = (statistics.median(times[which]) * 1000 for which in ("foreign", "absent"))
    worst = max(worst, abs(foreign - absent))
    print(f"{method:5} {path:22} another's {foreign:7.3f} ms  nothing {absent:7.3f} ms  difference {foreign - absent:+.3f} ms")
sys.exit(f"{worst:.3f} ms is too much" if worst >= 5 else 0)
