/** Who speaks with whom, of which version. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { isBeyond, refuseVersion, versions } from '#shared/wire/version.ts'

void test('[W7] a server speaks its own version and those from the oldest on; who says none is of version 1', () => {
  const server = { now: 7, oldest: 6 }
  for (const [said, refusal] of [
    ['7', null],
    ['6', null],
    ['5', 'client-outdated'],
    ['8', 'server-outdated'],
    [null, 'client-outdated'],
  ] as const)
    assert.equal(refuseVersion(said, server), refusal, String(said))
  assert.equal(refuseVersion(null, { now: 2, oldest: 1 }), null)
  assert.equal(refuseVersion(String(versions.now), versions), null)
  assert.ok(versions.oldest === versions.now || versions.oldest === versions.now - 1)
})

void test('[W7] what is no version is taken for one that is too old', () => {
  for (const said of ['', '0', '-1', '1.5', '01', '1e3', ' 1', '9999999999', 'one', '١'])
    assert.equal(refuseVersion(said, { now: 3, oldest: 1 }), 'client-outdated', said)
  fc.assert(
    fc.property(fc.string(), (said) => {
      const refusal = refuseVersion(said, { now: 3, oldest: 2 })
      assert.ok(refusal !== null || said === '2' || said === '3')
    }),
  )
})

void test('[D4] only documents of a later version are beyond a client; what says none, or nonsense, is not', () => {
  for (const [said, isIt] of [
    [2, false],
    [3, false],
    [4, true],
    [undefined, false],
    ['4', false],
    [null, false],
  ] as const)
    assert.equal(isBeyond(said, { now: 3 }), isIt, String(said))
})
