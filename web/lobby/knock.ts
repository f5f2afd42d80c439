/**
 * Knocking from the page's side: asks again and again until somebody answers. Rule CA16 of docs/PROTOCOL.md.
 */
import type { AcceptInviteResponse } from '#shared/http.ts'
import type { KnockResponse } from '#shared/knock.ts'
import { AppError, type ErrorCode } from '#shared/errors.ts'
import { codeOf, request } from '../api.ts'
import { forgetTicket, ticketFor } from './ticket.ts'

export type KnockState =
  | Readonly<{ kind: 'waiting'; trouble: 'away' | 'busy' | null }>
  | Readonly<{ kind: 'refused' }>
  | Readonly<{ kind: 'admitted'; entered: AcceptInviteResponse | null }>
  /** It makes no sense to ask again. */
  | Readonly<{ kind: 'failed'; code: ErrorCode }>

/** Between two questions, if the answer came at once. */
const pauseMs = 1_000
const retryMs = 1_500
/** Well after a server that has no news has answered. */
const timeoutMs = 20_000

type Options = Readonly<{ path: string; guestName?: string; onState: (state: KnockState) => void }>

/** Knocks until there is an answer. Returns what stops it. */
export function startKnock({ path, guestName, onState }: Options): () => void {
  const stopping = new AbortController()
  const { signal } = stopping
  const body = { ticket: ticketFor(path), ...(guestName === undefined ? {} : { guestName }) }

  async function ask(): Promise<number | null> {
    const askedAtMs = performance.now()
    const answer = (await request(
      'POST',
      path,
      body,
      AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    )) as KnockResponse
    if (answer.state === 'waiting') {
      onState({ kind: 'waiting', trouble: null })
      return Math.max(0, pauseMs - (performance.now() - askedAtMs))
    }
    forgetTicket(path)
    onState(answer.state === 'refused' ? { kind: 'refused' } : { kind: 'admitted', entered: answer.entered })
    return null
  }

  async function run(): Promise<void> {
    onState({ kind: 'waiting', trouble: null })
    while (!signal.aborted) {
      const delayMs = await ask().catch((error: unknown) => {
        if (signal.aborted) return null
        const code = codeOf(error)
        const trouble = troubles.get(code)
        onState(trouble === undefined ? { kind: 'failed', code } : { kind: 'waiting', trouble })
        if (trouble === undefined) return null
        const afterS = error instanceof AppError ? error.retryAfterSeconds : null
        return afterS === null ? retryMs : afterS * 1_000
      })
      if (delayMs === null) return
      await new Promise((resolve) => setTimeout(resolve, delayMs))
    }
  }

  void run()
  return () => {
    forgetTicket(path)
    stopping.abort()
  }
}

const troubles: ReadonlyMap<ErrorCode, 'away' | 'busy'> = new Map([
  ['network-away', 'away'],
  ['server-stopping', 'away'],
  ['server-fault', 'away'],
  ['storage-failed', 'away'],
  ['server-busy', 'busy'],
  ['too-many-requests', 'busy'],
])
