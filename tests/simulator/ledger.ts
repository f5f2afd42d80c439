/** What people have said in a history, by any of their pages: what must arrive, and what may have been lost. */
import type { MessageKey } from '#shared/chat/message.ts'
import type { Seat } from '#shared/ids.ts'
import type { ShapeRow } from '#shared/board/shape.ts'
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
}

export class Ledger {
  readonly said = new Map<string, Said>()
  readonly drawn = new Map<string, ShapeRow>()
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
  }
}
