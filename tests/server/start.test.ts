/** The server as a process: how it starts, what keeps it from starting, and how it ends. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import test from 'node:test'
import { faultExitCode, type FaultCode } from '#server/faults.ts'
import { databaseFile } from '#server/store/open.ts'
import { paths } from '#shared/http.ts'
import { password, TestClient } from '../support/client.ts'
import { startProcess } from '../support/process.ts'
import { openRaw, readToEnd } from '../support/raw.ts'
import { makeDataFolder, removeFolder, startTestServer } from '../support/server.ts'

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await makeDataFolder()
  try {
    await work(folder)
  } finally {
    await removeFolder(folder)
  }
}

/** It ends with 78 and says why, one line for each reason, without a stack. */
async function assertRefusesToStart(env: Record<string, string>, ...codes: FaultCode[]): Promise<void> {
  await using server = startProcess(env)
  assert.deepEqual(await server.ended, { code: faultExitCode, signal: null })
  const lines = server.output().err.trim().split('\n')
  assert.deepEqual(
    lines.map((line) => /^([a-z-]+): [A-Z0-9].*\. .*\.$/.exec(line)?.[1]),
    codes,
  )
}

test('[D-02] it creates its folder, prints its address, keeps what it was told, and ends with 0 when asked', () =>
  inFolder(async (folder) => {
    const dataDir = `${folder}/new/data`
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      await using server = startProcess({ DATA_DIR: dataDir })
      const at = await server.ready()
      const alice = new TestClient(at)
      if (signal === 'SIGTERM') await alice.register('Alice')
      else assert.equal((await alice.login('Alice')).me.isServerOwner, true)
      server.child.kill(signal)
      assert.deepEqual(await server.ended, { code: 0, signal: null })
      assert.equal(server.output().err, '')
    }
  }))

test('[E2] every wrong value is told at once, and the process ends with 78', () =>
  inFolder((folder) =>
    assertRefusesToStart(
      { DATA_DIR: folder, HOST: '0.0.0.0', PORT: 'http', LOG_LEVEL: 'loud' },
      'port-wrong',
      'public-origin-missing',
      'log-level-wrong',
    ),
  ))

test('[E2] a port that is taken, or an address of another machine, is told in plain words', () =>
  inFolder(async (folder) => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    assert.ok(typeof address === 'object' && address !== null)
    await assertRefusesToStart({ DATA_DIR: folder, PORT: String(address.port) }, 'port-taken')
    other.close()
    const elsewhere = { DATA_DIR: folder, HOST: '192.0.2.1', PUBLIC_ORIGIN: 'http://192.0.2.1' }
    await assertRefusesToStart(elsewhere, 'address-unavailable')
  }))

test('[D-09] a second process on the same folder refuses, and the first goes on', async () => {
  await using server = await startTestServer()
  await assertRefusesToStart({ DATA_DIR: server.dataDir }, 'data-folder-in-use')
  await TestClient.register(server, 'Alice')
})

test('[D-09] a process that was killed leaves no lock behind', () =>
  inFolder(async (folder) => {
    await using first = startProcess({ DATA_DIR: folder })
    await first.ready()
    first.child.kill('SIGKILL')
    await first.ended
    await using second = startProcess({ DATA_DIR: folder })
    await second.ready()
  }))

test('[D-07] a database that is none keeps it from starting', () =>
  inFolder(async (folder) => {
    writeFileSync(databaseFile(folder), 'hello')
    await assertRefusesToStart({ DATA_DIR: folder }, 'database-not-ours')
  }))

test('[H-01] behind a proxy the public origin is the only one', () =>
  inFolder(async (folder) => {
    await using server = startProcess({ DATA_DIR: folder, PUBLIC_ORIGIN: 'https://meet.example.org' })
    assert.equal((await server.ready()).origin, 'https://meet.example.org')
  }))

test('[H-01] over plain http others are told that they will have no camera', () =>
  inFolder(async (folder) => {
    await using server = startProcess({ DATA_DIR: folder, PUBLIC_ORIGIN: 'http://meet.example.org' })
    await server.ready()
    server.child.kill('SIGTERM')
    await server.ended
    assert.match(server.output().out, /camera and microphone to https: addresses only/)
  }))

test('[D-02] a request that is being answered is answered before the end', () =>
  inFolder(async (folder) => {
    await using server = startProcess({ DATA_DIR: folder })
    const at = await server.ready()
    const body = JSON.stringify({ name: 'Alice', password })
    const socket = openRaw(at)
    const answer = readToEnd(socket)
    socket.write(
      [
        `POST ${paths.register} HTTP/1.1`,
        `Host: ${new URL(at.origin).host}`,
        `Origin: ${at.origin}`,
        'Content-Type: application/json',
        `Content-Length: ${String(body.length)}`,
        // The server says when it has begun with the request (RFC 9110 §10.1.1).
        'Expect: 100-continue',
        'Connection: close',
        '\r\n',
      ].join('\r\n'),
    )
    const [first] = (await once(socket, 'data')) as [Buffer]
    assert.match(first.toString(), /^HTTP\/1\.1 100 /)
    server.child.kill('SIGTERM')
    socket.write(body)
    assert.match(await answer, /HTTP\/1\.1 201 [\s\S]*"name":"Alice"/)
    assert.deepEqual(await server.ended, { code: 0, signal: null })
  }))
