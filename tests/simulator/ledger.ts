/** What people have said in a history, by any of their pages: what must arrive, and what may have been lost. */
import type { MessageKey } from '#shared/chat/message.ts'
import type { Seat } from '#shared/ids.ts'
import { isSameValue, parseShapeKey, type BoardValue } from '#shared/board/shape.ts'
import type { Page } from './page.ts'

export type Said = {
  readonly key: MessageKey
  readonly seat: Seat
  readonly by: Page
  /** Every text it was given, the first one first. */
  readonly texts: string[]
  /** Somebody has deleted it, so it may be gone. */
  isRemoved: boolean
  /** Its page died before this device could keep it. */
  mayBeLost: boolean
  /** It is no page's own order that it has. */
  isForged: boolean
}

/** What somebody has put under one key of the board. */
type Drawn = Readonly<{ seat: Seat; value: BoardValue; by: Page }>

export class Ledger {
  readonly said = new Map<string, Said>()
  readonly #drawn = new Map<string, Drawn[]>()
  /** Shapes that may be gone: somebody has taken them away, or their page died before they were kept. */
  readonly #erased = new Set<string>()
  #textCount = 0

  /** A text that is no part of any other. */
  newText(): string {
    this.#textCount += 1
    return `these are words ${String(this.#textCount)} so far`
  }

  say(page: Page, key: MessageKey, text: string): void {
    this.said.set(key, {
      key,
      seat: page.seat,
      by: page,
      texts: [text],
      isRemoved: false,
      mayBeLost: false,
      isForged: false,
    })
  }

  /** What was written past the page's own ways, and may be written again under the same key. */
  forge(page: Page, key: MessageKey, text: string): void {
    if (this.said.has(key)) this.edit(key, text)
    else this.say(page, key, text)
    const said = this.said.get(key)
    if (said !== undefined) said.mayBeLost = said.isForged = true
  }

  /** Null where it was taken away. */
  draw(by: Page, key: string, value: BoardValue | null): void {
    if (value === null) this.#erased.add(key)
    else this.#drawn.set(key, [...(this.#drawn.get(key) ?? []), { seat: by.seat, value, by }])
  }

  hasDrawn(seat: Seat, key: string, value: unknown): boolean {
    return this.#drawn.get(key)?.some((each) => each.seat === seat && isSameValue(each.value, value)) === true
  }

  /** Shapes that must be there, by somebody who can still bring them. */
  shapes(canBring: (by: Page) => boolean): readonly string[] {
    return [...this.#drawn].flatMap(([key, drawn]) => {
      const isRow = parseShapeKey(key)?.register === null
      return isRow && !this.#erased.has(key) && drawn.some(({ by }) => canBring(by)) ? [key] : []
    })
  }

  edit(key: MessageKey, text: string): void {
    this.said.get(key)?.texts.push(text)
  }

  remove(key: MessageKey): void {
    const said = this.said.get(key)
    if (said !== undefined) said.isRemoved = true
  }

  /** To be called when a page is about to die. */
  loseUnkept(page: Page, isKept: (key: MessageKey) => boolean): void {
    for (const { key, state } of page.rows()) {
      const said = this.said.get(key)
      if (said?.by === page && state === 'sending' && !isKept(key)) said.mayBeLost = true
    }
    if (!page.boardPort.state().hasUnsent) return
    for (const [key, drawn] of this.#drawn) if (drawn.some(({ by }) => by === page)) this.#erased.add(key)
  }
}
