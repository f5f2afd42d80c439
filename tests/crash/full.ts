/**
 * A real file system that is filled to the last byte while people write (D-04): nothing is acknowledged that was not
 * saved, what was said stays readable, and once there is room again everything is made up for.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { ballastFreeSizeMin } from '#shared/limits.ts'
import { paths } from '#shared/http.ts'
import { ballastFile } from '#server/store/ballast.ts'
import type { Chance } from '../support/chance.ts'
import { startProcess } from '../support/process.ts'
import { seatedRoom } from '../support/seated.ts'
import { makeDataFolder, removeFolder } from '../support/server.ts'
import { until } from '../support/until.ts'
import { kinds, Member } from './member.ts'

const diskSize = 2 * ballastFreeSizeMin
/** Left free when the disk is filled: room for some turns, or for none. */
const freeSizeMax = 64 * 1024

/** Null where this user may not mount a file system. */
export async function fillsTheDisk(
  rounds: number,
  chance: Chance,
): Promise<Readonly<{ refusals: number; acknowledged: number }> | null> {
  const folder = await makeDataFolder()
  await using ends = new AsyncDisposableStack()
  ends.defer(() => removeFolder(folder))
  if (!mount(folder)) return null
  ends.defer(() => void spawnSync('umount', [folder]))
  const server = ends.use(startProcess({ DATA_DIR: folder, LOG_LEVEL: 'silent' }))
  const address = await server.ready()
  const { people, names } = await seatedRoom(address, 'Alice', 'Bob')
  const [alice, bob] = people.map((person) => ends.use(new Member(person, names)))
  assert.ok(alice !== undefined && bob !== undefined)
  const members: readonly Member[] = [alice, bob]
  const filler = join(folder, 'filler')
  let refusals = 0
  for (let round = 0; round < rounds; round += 1) {
    await until(() => existsSync(ballastFile(folder)), 'the reserve to be back')
    // The second time nothing is left to give up.
    for (let filled = 0; filled < 2; filled += 1) {
      for (const member of members) await member.comeAgain(address)
      fill(filler, folder, chance.below(freeSizeMax))
      refusals += await writeUntilRefused(alice, bob, chance)
      using reader = new Member(people[1]!, names, 2)
      await reader.come(address)
      for (const member of members)
        for (const kind of kinds) assert.deepEqual(member.lostIn(kind, reader.replicas[kind]), [])
    }
    rmSync(filler)
    await until(
      async () => (await fetch(address.origin + paths.health)).status === 200,
      'the server to save again',
    )
    for (const member of members) await member.comeAgain(address)
    using reader = new Member(people[1]!, names, 2)
    await reader.come(address)
    for (const member of members) {
      for (const kind of kinds) {
        assert.equal(member.openCount, 0)
        assert.deepEqual(member.lostIn(kind, reader.replicas[kind]), [])
      }
    }
  }
  assert.equal(server.child.exitCode, null, 'the process is still there')
  return { refusals, acknowledged: alice.count() + bob.count() }
}

function mount(folder: string): boolean {
  const options = ['-t', 'tmpfs', '-o', `size=${String(diskSize)},mode=0700`, 'tmpfs', folder]
  return process.platform === 'linux' && spawnSync('mount', options).status === 0
}

function freeSize(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

/** Fills the disk but for so many bytes, rounded to its blocks. */
function fill(file: string, folder: string, leftSize: number): void {
  const handle = openSync(file, 'a')
  try {
    for (let size = freeSize(folder) - leftSize; size > 0;) size -= writeSync(handle, Buffer.alloc(size, 1))
  } finally {
    closeSync(handle)
  }
}

/** Returns how many sockets were closed with 4503. */
async function writeUntilRefused(alice: Member, bob: Member, chance: Chance): Promise<number> {
  const codes: number[] = []
  for (const { socket } of [alice, bob]) void socket.closed.then(({ code }) => codes.push(code))
  await until(() => {
    if (codes.length > 0) return true
    alice.say('x'.repeat(1 + chance.below(3_900)))
    bob.draw(2 + chance.below(1_000))
    return false
  }, 'the disk to be full')
  assert.deepEqual(new Set(codes), new Set([4503]))
  return codes.length
}
