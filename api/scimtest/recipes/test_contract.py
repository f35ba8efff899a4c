"""A contract test of a SCIM client, with the standard library only.

    CINODE_SCIM=path/to/cinode-scim python3 -m unittest test_contract.py
"""

import json
import os
import pathlib
import subprocess
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

TOKEN, ADMIN_KEY = "recipe-token", "recipe-admin-key"
HERE = pathlib.Path(__file__).parent


def call(method, url, secret, body=None, kind="application/json"):
    request = urllib.request.Request(url, method=method, data=None if body is None else json.dumps(body).encode())
    request.add_header("Authorization", f"Bearer {secret}")
    request.add_header("Content-Type", kind)
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read()
        return json.loads(text) if text else None


class Client:
    """2. The client under test; put your own in its place. It tries again when it is told to."""

    def __init__(self, base):
        self.base = base

    def send(self, method, path, body=None):
        for tries in range(4):
            try:
                return call(method, f"{self.base}/{path}", TOKEN, body, "application/scim+json")
            except urllib.error.HTTPError as error:
                with error:
                    if error.code != 429 or tries == 3:
                        raise
                    time.sleep(int(error.headers["Retry-After"]))

    def provision(self):
        """As an identity provider does: look, create, put into a group."""
        self.send("GET", "Users?" + urllib.parse.urlencode({"filter": 'userName eq "ann@example.com"'}))
        user = self.send("POST", "Users", {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": "ann@example.com", "name": {"givenName": "Ann", "familyName": "Berg"},
        })
        self.send("POST", "Groups", {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "displayName": "Consultants", "members": [{"value": user["id"]}],
        })
        return user["id"]

    def deactivate(self, user):
        self.send("PATCH", f"Users/{user}", {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "replace", "path": "active", "value": False}],
        })


class ContractTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """1. A server of our own: in memory, on a free port, gone at the end."""
        cls.server = subprocess.Popen(
            [os.environ.get("CINODE_SCIM", "cinode-scim"), "serve", "--database", ":memory:", "--seed", str(HERE / "seed.yaml"),
             "--listen", "127.0.0.1:0", "--token", f"recipe={TOKEN}", "--admin-key", ADMIN_KEY, "--log-level", "warn"],
            stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(cls.server.stdout.close)
        cls.addClassCleanup(cls.server.wait)
        cls.addClassCleanup(cls.server.terminate)
        for line in cls.server.stdout:  # --addr-file is for programs that cannot read it
            if line.startswith("ready: "):
                cls.url = line.removeprefix("ready: ").strip()
                return
        raise RuntimeError("the server did not start")

    def admin(self, method, path, body=None):
        """Asks the admin API: faults, clock, wait, verify."""
        try:
            return call(method, f"{self.url}/admin/api/v1/{path}", ADMIN_KEY, body)
        except urllib.error.HTTPError as error:
            with error:
                self.fail(f"{path}: {error.code} {error.read().decode()}")

    def setUp(self):
        """Each test begins with the seed: users, requests, faults and the clock."""
        self.admin("POST", "reset")
        self.client = Client(f"{self.url}/scim/v2")

    def test_provisions_a_user_and_a_group(self):
        """3. What it should have done is there."""
        user = self.client.provision()
        self.admin("POST", "wait", {"timeout": "5s", "resources": {
            "type": "Group", "filter": f'displayName eq "Consultants" and members.value eq "{user}"'}})

    def test_tries_again_after_429(self):
        """4. Something goes wrong: 429, once. The client must come back."""
        user = self.client.provision()
        self.admin("POST", "faults", [
            {"tenant": 1, "action": "throttle", "methods": ["PATCH"], "times": 1, "retryAfter": 0}])
        self.client.deactivate(user)
        self.admin("POST", "wait", {"timeout": "5s", "resources": {
            "type": "User", "filter": 'userName eq "ann@example.com" and active eq false'}})
        self.admin("POST", "verify", {"expectations": [
            {"times": 1, "request": {"method": "PATCH", "status": "429"}},
            {"times": 1, "request": {"method": "PATCH", "status": "200"}}]})

    def test_sends_what_was_agreed_on(self):
        """5. The requests, in their order, and none that an RFC does not allow."""
        user = self.client.provision()
        self.client.deactivate(user)
        self.admin("POST", "verify", {"inOrder": True, "only": True, "maxDeviations": 0, "expectations": [
            {"times": 1, "request": {"method": "GET", "path": "/Users", "query": {"filter": "userName eq *"}}},
            {"times": 1, "request": {"method": "POST", "path": "/Users", "status": "201"}},
            {"times": 1, "request": {"method": "POST", "path": "/Groups", "body": {"members": [{"value": user}]}}},
            {"times": 1, "request": {"method": "PATCH", "path": f"/Users/{user}",
                                     "body": {"Operations": [{"path": "active", "value": False}]}}}]})

    def test_sees_an_expired_token(self):
        """6. A year later the token has expired, and the client must say so."""
        self.admin("POST", "clock", {"advance": "8784h"})
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.client.provision()
        refused.exception.close()
        self.assertEqual(refused.exception.code, 401)


if __name__ == "__main__":
    unittest.main()
