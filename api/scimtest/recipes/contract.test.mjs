// A contract test of a SCIM client, with Node's own test runner and no packages.
//
//   CINODE_SCIM=path/to/cinode-scim node --test contract.test.mjs
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const token = 'recipe-token', adminKey = 'recipe-admin-key';
let server, url;

// 1. A server of our own: in memory, on a free port, gone at the end. (--addr-file is for programs
// that cannot read its output.)
before(async () => {
  server = spawn(process.env.CINODE_SCIM ?? 'cinode-scim', [
    'serve', '--database', ':memory:', '--seed', fileURLToPath(new URL('seed.yaml', import.meta.url)),
    '--listen', '127.0.0.1:0', '--token', `recipe=${token}`, '--admin-key', adminKey, '--log-level', 'warn',
  ], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: server.stdout })) {
    if (line.startsWith('ready: ')) {
      url = line.slice('ready: '.length);
      return;
    }
  }
  throw new Error('the server did not start');
});

after(async () => {
  server.kill('SIGTERM');
  if (server.exitCode === null) await once(server, 'exit');
});

// admin asks the admin API: faults, clock, wait, verify.
async function admin(method, path, body) {
  const answer = await fetch(`${url}/admin/api/v1/${path}`, {
    method, body: body && JSON.stringify(body),
    headers: { Authorization: `Bearer ${adminKey}`, 'Content-Type': 'application/json' },
  });
  assert.ok(answer.ok, `${path}: ${answer.status} ${answer.ok || await answer.text()}`);
  return answer.status === 204 ? undefined : answer.json();
}

// 2. The client under test; put your own in its place. It tries again when it is told to.
async function scim(method, path, body) {
  for (let tries = 0; ; tries++) {
    const answer = await fetch(`${url}/scim/v2/${path}`, {
      method, body: body && JSON.stringify(body),
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' },
    });
    if (answer.status === 429 && tries < 3) {
      await answer.arrayBuffer();
      await new Promise((done) => setTimeout(done, 1000 * Number(answer.headers.get('Retry-After'))));
      continue;
    }
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}`);
    return text && JSON.parse(text);
  }
}

async function provision() { // as an identity provider does: look, create, put into a group
  await scim('GET', `Users?filter=${encodeURIComponent('userName eq "ann@example.com"')}`);
  const user = await scim('POST', 'Users', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: 'ann@example.com', name: { givenName: 'Ann', familyName: 'Berg' },
  });
  await scim('POST', 'Groups', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: 'Consultants', members: [{ value: user.id }],
  });
  return user.id;
}

const deactivate = (id) => scim('PATCH', `Users/${id}`, {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: [{ op: 'replace', path: 'active', value: false }],
});

// Each test begins with the seed: users, requests, faults and the clock.
beforeEach(() => admin('POST', 'reset'));

// 3. What it should have done is there.
test('provisions a user and a group', async () => {
  const id = await provision();
  await admin('POST', 'wait', {
    timeout: '5s', resources: { type: 'Group', filter: `displayName eq "Consultants" and members.value eq "${id}"` },
  });
});

// 4. Something goes wrong: 429, once. The client must come back.
test('tries again after 429', async () => {
  const id = await provision();
  await admin('POST', 'faults', [{ tenant: 1, action: 'throttle', methods: ['PATCH'], times: 1, retryAfter: 0 }]);
  await deactivate(id);
  await admin('POST', 'wait', {
    timeout: '5s', resources: { type: 'User', filter: 'userName eq "ann@example.com" and active eq false' },
  });
  await admin('POST', 'verify', {
    expectations: [
      { times: 1, request: { method: 'PATCH', status: '429' } },
      { times: 1, request: { method: 'PATCH', status: '200' } },
    ],
  });
});

// 5. The requests, in their order, and none that an RFC does not allow.
test('sends what was agreed on', async () => {
  const id = await provision();
  await deactivate(id);
  await admin('POST', 'verify', {
    inOrder: true, only: true, maxDeviations: 0,
    expectations: [
      { times: 1, request: { method: 'GET', path: '/Users', query: { filter: 'userName eq *' } } },
      { times: 1, request: { method: 'POST', path: '/Users', status: '201' } },
      { times: 1, request: { method: 'POST', path: '/Groups', body: { members: [{ value: id }] } } },
      { times: 1, request: { method: 'PATCH', path: `/Users/${id}`, body: { Operations: [{ path: 'active', value: false }] } } },
    ],
  });
});

// 6. A year later the token has expired, and the client must say so.
test('sees an expired token', async () => {
  await admin('POST', 'clock', { advance: '8784h' });
  await assert.rejects(provision(), /401/);
});
