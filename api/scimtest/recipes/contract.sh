#!/usr/bin/env bash
# A contract test of a SCIM client, in bash with curl.
#
#   CINODE_SCIM=path/to/cinode-scim bash contract.sh
set -euo pipefail
cd "$(dirname "$0")"

# 1. A server of our own: in memory, on a free port, gone at the end.
token=recipe-token admin_key=recipe-admin-key
folder=$(mktemp -d)
"${CINODE_SCIM:-cinode-scim}" serve --database :memory: --seed seed.yaml \
	--listen 127.0.0.1:0 --addr-file "$folder/address" \
	--token "recipe=$token" --admin-key "$admin_key" --log-level warn >"$folder/log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT

until [ -s "$folder/address" ]; do # it is written, whole, when the server is ready
	kill -0 "$server" 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
	sleep 0.05
done
url=http://$(cat "$folder/address")

fail() { echo "not ok - $1" >&2; exit 1; }
ok() { echo "ok - $1"; }

# admin METHOD PATH [BODY] asks the admin API: faults, clock, wait, verify.
admin() {
	curl --silent --show-error --fail-with-body --request "$1" "$url/admin/api/v1/$2" \
		--header "Authorization: Bearer $admin_key" --header 'Content-Type: application/json' ${3:+--data "$3"}
}

# 2. The client under test; put your own in its place. It tries again when it is told to (--retry).
scim() {
	curl --silent --show-error --fail-with-body --retry 3 --request "$1" "$url/scim/v2/$2" \
		--header "Authorization: Bearer $token" --header 'Content-Type: application/scim+json' ${3:+--data "$3"} 2>"$folder/errors"
}
id_in() { sed -n 's/.*"id":"\([^"]*\)".*/\1/p'; }

provision() { # as an identity provider does: look, create, put into a group
	scim GET 'Users?filter=userName%20eq%20%22ann%40example.com%22' >/dev/null
	user=$(scim POST Users '{
		"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
		"userName": "ann@example.com", "name": {"givenName": "Ann", "familyName": "Berg"}}' | id_in)
	scim POST Groups '{
		"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
		"displayName": "Consultants", "members": [{"value": "'"$user"'"}]}' >/dev/null
}
deactivate() {
	scim PATCH "Users/$user" '{
		"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
		"Operations": [{"op": "replace", "path": "active", "value": false}]}' >/dev/null
}

# 3. What it should have done is there.
provision
admin POST wait '{"timeout": "5s", "resources": {"type": "Group", "filter": "displayName eq \"Consultants\" and members.value eq \"'"$user"'\""}}' >/dev/null ||
	fail "the group has no member"
ok "provisions a user and a group"

# 4. Something goes wrong: 429, once. The client must come back.
admin POST faults '[{"tenant": 1, "action": "throttle", "methods": ["PATCH"], "times": 1, "retryAfter": 1}]' >/dev/null
deactivate || fail "the client gave up: $(cat "$folder/errors")"
admin POST wait '{"timeout": "5s", "resources": {"type": "User", "filter": "userName eq \"ann@example.com\" and active eq false"}}' >/dev/null ||
	fail "the user is still active"
ok "tries again after 429"

# 5. The requests, in their order, and none that an RFC does not allow.
admin POST verify '{"inOrder": true, "only": true, "maxDeviations": 0, "expectations": [
	{"times": 1, "request": {"method": "GET", "path": "/Users", "query": {"filter": "userName eq *"}}},
	{"times": 1, "request": {"method": "POST", "path": "/Users", "status": "201"}},
	{"times": 1, "request": {"method": "POST", "path": "/Groups", "body": {"members": [{"value": "'"$user"'"}]}}},
	{"times": 1, "request": {"method": "PATCH", "status": "429"}},
	{"times": 1, "request": {"method": "PATCH", "status": "200", "body": {"Operations": [{"path": "active", "value": false}]}}}
]}' >"$folder/verdict" || fail "the requests are others: $(cat "$folder/verdict")"
ok "sends what was agreed on"

# 6. A year later the token has expired, and the client must say so.
admin POST clock '{"advance": "8784h"}' >/dev/null
if deactivate; then fail "the client did not see that its token has expired"; fi
grep -q 401 "$folder/errors" || fail "the client fails, but not for its token: $(cat "$folder/errors")"
ok "sees an expired token"
