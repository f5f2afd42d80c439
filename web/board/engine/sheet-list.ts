/**
 * The room's list of sheets, over its document: read as it is now, and changed one entry at a time (BO10).
 *
 * Invariant: taking a sheet out writes only its mark, so that putting it back is exact, whoever drew on it meanwhile.
 */
import { orderBetween } from '#shared/board/order.ts'
import { isSheetFields, newSheetId, sheetsOf, type Sheet } from '#shared/board/sheet.ts'
import type { SheetId } from '#shared/ids.ts'
import { sheetsMax } from '#shared/limits.ts'
import { cleanName, refuseRoomTitle } from '#shared/names.ts'
import type { DocumentPort, RootView, Undo } from '../../sync/ports.ts'

export class SheetList {
  readonly #port: DocumentPort
  readonly #random: () => number

  constructor(port: DocumentPort, random: () => number) {
    this.#port = port
    this.#random = random
  }

  get sheets(): readonly Sheet[] {
    return sheetsOf(this.#root.entries())
  }

  get canChange(): boolean {
    const { isLoaded, canWrite } = this.#port.state()
    return isLoaded && canWrite
  }

  /** Those taken out count: they can come back. */
  get canAdd(): boolean {
    return this.canChange && [...this.#root.entries()].length < sheetsMax - 1
  }

  onChange(listener: () => void): Undo {
    const undos = [this.#root.observe(listener), this.#port.onChange(listener)]
    return () => {
      for (const undo of undos) undo()
    }
  }

  /** Adds a sheet after another, or at the end. Null if there may be no more, or not with this name. */
  add(name: string, after: SheetId | null = null): SheetId | null {
    if (!this.canAdd) return null
    const id = newSheetId(this.#port.seat, this.#random())
    const at = this.sheets.findIndex((sheet) => sheet.id === after)
    return this.#put(id, name, this.#orderAt(this.sheets, at === -1 ? this.sheets.length : at + 1))
      ? id
      : null
  }

  rename(id: SheetId, name: string): boolean {
    const sheet = this.sheets.find((each) => each.id === id)
    return sheet !== undefined && this.#put(id, name, sheet.order)
  }

  /** `name` stands for that of a first sheet without one. */
  move(id: SheetId, by: -1 | 1, name: string): void {
    const { sheets } = this
    const sheet = sheets.find((each) => each.id === id)
    if (sheet === undefined) return
    const others = sheets.filter((each) => each !== sheet)
    const at = sheets.indexOf(sheet) + by
    if (at < 0 || at > others.length) return
    this.#put(id, sheet.name || name, this.#orderAt(others, at))
  }

  /** False for the last one. */
  remove(id: SheetId, name: string): boolean {
    const { sheets } = this
    const sheet = sheets.find((each) => each.id === id)
    if (sheet === undefined || sheets.length === 1) return false
    return this.#put(id, sheet.name || name, sheet.order, true)
  }

  restore(id: SheetId): void {
    const fields = this.#root.get(id)
    if (isSheetFields(fields)) this.#put(id, fields.n, fields.z)
  }

  get #root(): RootView {
    return this.#port.root('sheets')
  }

  #orderAt(sheets: readonly Sheet[], at: number): string {
    const [below, above] = [sheets[at - 1]?.order ?? null, sheets[at]?.order ?? null]
    // Two that were put at one place at once may share it: then next to both.
    return orderBetween(
      below,
      below !== null && above !== null && below >= above ? null : above,
      this.#random(),
    )
  }

  #put(id: SheetId, raw: string, order: string, isGone = false): boolean {
    const name = cleanName(raw)
    if (!this.canChange || refuseRoomTitle(name) !== null) return false
    this.#port.transact(() => {
      this.#port.doc.getMap('sheets').set(id, { n: name, z: order, ...(isGone ? { x: 1 } : {}) })
    })
    return true
  }
}
