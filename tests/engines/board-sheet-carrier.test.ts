/** Sheets that wait to be saved while another is shown (BO10). */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { SheetId } from '#shared/ids.ts'
import { SheetCarrier } from '#web/board/engine/sheet-carrier.ts'

const ids = Array.from({ length: 7 }, (_, count) => `1-${String(count).padStart(10, '0')}` as SheetId)

/** A device, whose sheets are saved when the test says so. */
class Device {
  readonly open = new Map<SheetId, () => void>()
  readonly #saved = new Set<SheetId>()
  kept: readonly SheetId[] = []

  carrier(): SheetCarrier {
    return new SheetCarrier({
      recalled: this.kept,
      remember: (now) => (this.kept = now),
      openSheet: (id) => ({
        state: () => {
          const isSaved = this.#saved.has(id)
          return {
            ...{ isLoaded: true, isSynced: isSaved, hasUnsent: !isSaved, isGiving: true, isKept: true },
            canWrite: true,
          }
        },
        onChange: (listener) => {
          this.open.set(id, listener)
          return () => undefined
        },
        [Symbol.dispose]: () => void this.open.delete(id),
      }),
    })
  }

  save(id: SheetId): void {
    this.#saved.add(id)
    this.open.get(id)?.()
  }
}

test('[BO10] every sheet that was drawn on is opened until it is saved, some at a time, also after a reload', () => {
  const device = new Device()
  {
    using carrier = device.carrier()
    for (const id of ids) carrier.show(id)
    assert.equal(device.open.size, 3)
    assert.deepEqual(device.kept, ids, 'none is forgotten')
  }
  assert.equal(device.open.size, 0)
  using carrier = device.carrier()
  carrier.show(ids[6] as SheetId)
  const opened = new Set<SheetId>()
  for (let open = [...device.open.keys()]; open.length > 0; open = [...device.open.keys()]) {
    assert.ok(open.length <= 3)
    for (const id of open) {
      opened.add(id)
      device.save(id)
    }
  }
  assert.deepEqual([...opened].sort(), ids.slice(0, 6))
  assert.deepEqual(device.kept, [ids[6]], 'but the one that is shown')
})

test('[BO10] a sheet that is shown again is its own page’s, and waits again afterwards', () => {
  const device = new Device()
  using carrier = device.carrier()
  const [first, second] = ids as [SheetId, SheetId]
  carrier.show(first)
  carrier.show(second)
  assert.deepEqual([...device.open.keys()], [first])
  carrier.show(first)
  assert.deepEqual([...device.open.keys()], [second])
  assert.deepEqual(device.kept, [second, first])
})
