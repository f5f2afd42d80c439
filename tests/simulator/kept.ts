/** What is in replicas and on devices: nothing that was only told (I19). */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import * as Y from 'yjs'
import { parseMessageKey, type MessageValue } from '#shared/chat/message.ts'
import { parseReactionKey } from '#shared/chat/reaction.ts'
import { seatOf, type Seat } from '#shared/ids.ts'
import { outboxName, type Device } from './device.ts'
import type { Ledger } from './ledger.ts'
import type { Liar } from './liar.ts'
import type { Member, SimulatedServer } from './server.ts'

/** What a replica has under a person's own seat, that person has written. */
export function checkOwn(doc: Y.Doc, name: string, seat: Seat, ledger: Ledger): void {
  for (const [client, structs] of doc.store.clients) {
    if (seatOf(client) !== seat) continue
    for (const item of structs) {
      if (!(item instanceof Y.Item) || item.parentSub === null || !item.content.isCountable()) continue
      const [key, value] = [item.parentSub, item.content.getContent().at(-1) as unknown]
      assert.ok(
        isOwn(rootOf(item), key, value, seat, ledger),
        `I19 ${key} of ${name} was not written by ${seat}`,
      )
    }
  }
}

function isOwn(root: string, key: string, value: unknown, seat: Seat, ledger: Ledger): boolean {
  switch (root) {
    case 'm': {
      const said = ledger.said.get(key)
      return said?.seat === seat && said.texts.includes((value as MessageValue).x)
    }
    case 'r':
      return parseReactionKey(key)?.seat === seat
    default:
      return ledger.hasDrawn(seat, key, value)
  }
}

function rootOf({ parent }: Y.Item): string {
  const { share } = (parent as Y.AbstractType<unknown>).doc ?? {}
  for (const [name, type] of share ?? []) if (type === parent) return name
  return ''
}

/** Also of what was there before. */
export function checkKept(
  { member, device }: Readonly<{ member: Member; device: Device }>,
  seat: Seat,
  ledger: Ledger,
  read: (name: string) => Y.Doc | null,
): void {
  const prefix = `stoa/${member.personId}/`
  for (const [name, updates] of device.documents()) {
    assert.ok(name.startsWith(prefix))
    const disk = read(name.slice(prefix.length))
    if (disk === null) continue
    const doc = new Y.Doc({ gc: false, guid: name })
    for (const root of disk.share.keys()) {
      if (root === 's') doc.getArray(root)
      else doc.getMap(root)
    }
    for (const update of updates) Y.applyUpdate(doc, update)
    checkOwn(doc, name, seat, ledger)
    for (const client of doc.store.clients.keys()) {
      const isKnown = Y.getState(doc.store, client) <= Y.getState(disk.store, client)
      assert.ok(isKnown || seatOf(client) === seat, `I19 the server has what is kept of ${client} in ${name}`)
    }
  }
  for (const key of device.entries(outboxName(member)).keys()) {
    const said = /^message\/(.*)$/.exec(key)?.[1]
    if (said !== undefined) assert.equal(parseMessageKey(said)?.seat, seat, `I19 ${key} is kept to be sent`)
  }
}

/** What a liar has only told is on no disk, of the server or of anybody. */
export function checkLies(
  { told, given }: Liar,
  { files }: SimulatedServer,
  devices: Iterable<Device>,
): void {
  const kept = [...devices].flatMap((device) => [...device.documents().values()].flat())
  const bytes = [...files.map((file) => readFileSync(file)), ...kept.map((each) => Buffer.from(each))]
  for (const text of told)
    if (!given.has(text)) assert.ok(!bytes.some((each) => each.includes(text)), `I19 a disk has ‘${text}’`)
}
