/** The check-up: a line for each thing that would keep the server from running well. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { checkUp, type Machine } from '#server/check-up.ts'
import type { FaultCode } from '#server/faults.ts'
import { databaseFile } from '#server/store/open.ts'
import { startProcess } from '../support/process.ts'
import { makeDataFolder, removeFolder, startTestServer } from '../support/server.ts'

const healthy: Machine = {
  nodeVersion: '24.21.0',
  nowMs: Date.UTC(2026, 6, 1),
  freeSize: () => Promise.resolve(10 * 1024 ** 3),
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await makeDataFolder()
  try {
    await work(folder)
  } finally {
    await removeFolder(folder)
  }
}

async function faultCodes(env: Record<string, string>, machine: Partial<Machine> = {}): Promise<FaultCode[]> {
  const findings = await checkUp({ PORT: '0', ...env }, { ...healthy, ...machine })
  return findings.flatMap((finding) => ('fault' in finding ? [finding.fault.code] : []))
}

test('[E2] on a healthy machine all is well, and nothing is left behind', () =>
  inFolder(async (folder) => {
    const findings = await checkUp({ PORT: '0', DATA_DIR: join(folder, 'new/data') }, healthy)
    assert.equal(findings.length, 6)
    for (const finding of findings) assert.ok('good' in finding && finding.good.endsWith('.'))
    await using server = await startTestServer({ dataDir: folder })
    assert.equal(server.dataDir, folder)
  }))

test('[E2] a wrong configuration is told like at the start', async () => {
  assert.deepEqual(await faultCodes({ PORT: 'x', LOG_LEVEL: 'loud' }), ['port-wrong', 'log-level-wrong'])
})

test('[E2] an old Node, a full disk and a clock in the past are told', () =>
  inFolder(async (folder) => {
    const env = { DATA_DIR: folder }
    assert.deepEqual(await faultCodes(env, { nodeVersion: '20.19.0' }), ['node-too-old'])
    const freeSize = () => Promise.resolve(100 * 1024 ** 2)
    assert.deepEqual(await faultCodes(env, { freeSize }), ['disk-nearly-full'])
    assert.deepEqual(await faultCodes(env, { nowMs: 0 }), ['clock-wrong'])
  }))

test('[D-11] a clock that lies before the database’s last change is told', () =>
  inFolder(async (folder) => {
    writeFileSync(databaseFile(folder), '')
    const hourMs = 3_600_000
    utimesSync(databaseFile(folder), new Date(healthy.nowMs), new Date(healthy.nowMs + hourMs))
    assert.deepEqual(await faultCodes({ DATA_DIR: folder }), ['clock-wrong'])
    assert.deepEqual(await faultCodes({ DATA_DIR: folder }, { nowMs: healthy.nowMs + hourMs }), [])
  }))

test('[D-07] a folder that cannot be written to is told', () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, 'file'), '')
    assert.deepEqual(await faultCodes({ DATA_DIR: join(folder, 'file') }), ['data-folder-unwritable'])
  }))

test('[E2] a taken port is told, unless our own server holds it', () =>
  inFolder(async (folder) => {
    const other = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    assert.ok(typeof address === 'object' && address !== null)
    assert.deepEqual(await faultCodes({ DATA_DIR: folder, PORT: String(address.port) }), ['port-taken'])
    other.close()
    await using server = await startTestServer()
    assert.deepEqual(await faultCodes({ DATA_DIR: folder, PORT: String(server.port) }), [])
  }))

test('[E2] the command prints a line for each finding, and ends with 1 when one is bad', () =>
  inFolder(async (folder) => {
    const doctor = fileURLToPath(new URL('../../server/doctor.ts', import.meta.url))
    await using well = startProcess({ DATA_DIR: folder }, doctor)
    assert.deepEqual(await well.ended, { code: 0, signal: null })
    assert.equal(well.output().out.trim().split('\n').length, 6)
    await using ill = startProcess({ DATA_DIR: folder, PORT: 'x' }, doctor)
    assert.deepEqual(await ill.ended, { code: 1, signal: null })
    assert.match(ill.output().out, /^✖ port-wrong: PORT is "x", which cannot be used\. /m)
  }))
