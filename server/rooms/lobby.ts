/**
 * The lobby: who knocks at a room or at its locked call, and how they are answered. Rule CA16 of docs/PROTOCOL.md.
 *
 * Whoever knocks holds a request open, under a ticket that only their page knows, and asks again when it is answered.
 * So a knock lives as long as its page, in memory: after a restart the page knocks again by itself. Invariants: nobody
 * who knocks learns more of a room than their invite shows; a knock that was answered lets in once, and its page can
 * hear the answer again if it got lost.
 */
import { AppError } from '#shared/errors.ts'
import type { AnswerKnocksRequest, KnockRequest } from '#shared/http.ts'
import type { RoomId, Seat } from '#shared/ids.ts'
import type { Knock, KnockResponse } from '#shared/knock.ts'
import {
  knockAnswerLifeMs,
  knockGraceMs,
  knockRefusedCost,
  knocksPerTenMinutesMax,
  knocksWaitingMax,
  knockWaitMs,
} from '#shared/limits.ts'
import type { SignedInPerson } from '../accounts/sessions.ts'
import type { Access, Presences } from '../ports.ts'
import { rateLimit, takeOne } from '../rate-limit.ts'
import { secretHash } from '../secret-hash.ts'
import type { Store } from '../store/open.ts'
import type { Accepted, Invites } from './invites.ts'
import type { Rooms } from './rooms.ts'

/** Whose request it is. `gone` is aborted when nobody waits for its answer any more. */
export type Knocker = Readonly<{ visitor: SignedInPerson | null; address: string; gone: AbortSignal }>

/** The answer, and the cookie of a new guest. */
export type Knocked = Readonly<{ response: KnockResponse; cookie: string | null }>

type Waiting = {
  readonly knock: Knock
  readonly roomId: RoomId
  readonly personId: string | null
  readonly address: string
  /** In the room, of whoever knocks at its call. */
  readonly seat: Seat | null
  state: 'waiting' | 'admitted' | 'refused'
  /** Ends the request that is held open. */
  wake: (() => void) | null
  forgetting: NodeJS.Timeout | null
  /** They have come in: their page may ask once more. */
  entered: Promise<Accepted> | null
}

type Options = Readonly<{
  store: Pick<Store, 'calls'>
  rooms: Pick<Rooms, 'enterTo'>
  invites: Pick<Invites, 'comer' | 'accept'>
  access: Pick<Access, 'barredFromCall'>
  presences: Pick<Presences, 'knocksChanged' | 'roomChanged'>
}>

export type Lobby = ReturnType<typeof createLobby>

export function createLobby({ store, rooms, invites, access, presences }: Options) {
  const byTicket = new Map<string, Waiting>()
  const perAddress = rateLimit(knocksPerTenMinutesMax, 600)
  let isEnding = false

  function waitingAt(roomId: RoomId): Waiting[] {
    return [...byTicket.values()].filter((one) => one.roomId === roomId && one.state === 'waiting')
  }

  function tell(roomId: RoomId): void {
    presences.knocksChanged(
      roomId,
      waitingAt(roomId).map(({ knock }) => knock),
    )
  }

  function forget(ticket: string): void {
    const one = byTicket.get(ticket)
    if (one === undefined) return
    if (one.forgetting !== null) clearTimeout(one.forgetting)
    byTicket.delete(ticket)
    if (one.state === 'waiting') tell(one.roomId)
  }

  /** Takes a new knock in, or finds the one under this ticket. */
  async function find(ticket: string, wanted: Omit<Waiting, 'state' | 'wake' | 'forgetting' | 'entered'>) {
    const known = byTicket.get(ticket)
    if (known !== undefined) {
      const { roomId, personId, knock } = known
      const isSame =
        roomId === wanted.roomId && personId === wanted.personId && knock.place === wanted.knock.place
      if (!isSame) throw new AppError('request-malformed')
      return known
    }
    await takeOne(perAddress, wanted.address)
    if (waitingAt(wanted.roomId).length >= knocksWaitingMax) throw new AppError('too-many-requests')
    const made: Waiting = { ...wanted, state: 'waiting', wake: null, forgetting: null, entered: null }
    byTicket.set(ticket, made)
    tell(made.roomId)
    return made
  }

  /** Resolves at the next news, or when the client should ask again. */
  async function hold(ticket: string, one: Waiting, gone: AbortSignal): Promise<void> {
    one.wake?.()
    if (one.forgetting !== null) clearTimeout(one.forgetting)
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const wake = (): void => {
      resolve(undefined)
    }
    one.wake = wake
    if (one.state !== 'waiting' || isEnding || gone.aborted) wake()
    gone.addEventListener('abort', wake, { once: true })
    const timer = setTimeout(wake, knockWaitMs)
    await promise
    clearTimeout(timer)
    // Another request of the same page has taken over.
    if (one.wake !== wake) return
    one.wake = null
    const lifeMs = one.state === 'waiting' ? knockGraceMs : knockAnswerLifeMs
    one.forgetting = setTimeout(forget, lifeMs, ticket).unref()
  }

  return {
    async knockAtRoom(
      { visitor, address, gone }: Knocker,
      token: string,
      { ticket, guestName }: KnockRequest,
    ): Promise<Knocked> {
      const answer = guestName === undefined ? {} : { guestName }
      const known = byTicket.get(ticket)
      // Their cookie may have come, and the answer with it have been lost on the way.
      if (known?.entered != null) return enteredBy(await known.entered)
      const { roomId, name, isGuest, mustKnock } = invites.comer(visitor, token, guestName)
      if (!mustKnock) {
        forget(ticket)
        return enteredBy(await invites.accept(visitor, token, answer, address))
      }
      const knock: Knock = { id: idOf(ticket), name, isGuest, place: 'room' }
      const personId = visitor?.personId ?? null
      const one = await find(ticket, { knock, roomId, personId, address, seat: null })
      await hold(ticket, one, gone)
      if (one.state !== 'admitted') return { response: { state: one.state }, cookie: null }
      one.entered ??= invites.accept(visitor, token, answer, address, true)
      try {
        return enteredBy(await one.entered)
      } catch (error) {
        one.entered = null
        throw error
      }
    },

    async knockAtCall(
      { visitor, address, gone }: Knocker & Readonly<{ visitor: SignedInPerson }>,
      id: string,
      { ticket }: KnockRequest,
    ): Promise<Knocked> {
      const { room, seat } = rooms.enterTo('call', visitor.personId, id)
      const barred = access.barredFromCall(room.id, seat)
      if (barred === 'removed') throw new AppError('forbidden')
      if (barred === null) {
        forget(ticket)
        return { response: { state: 'admitted', entered: null }, cookie: null }
      }
      const { personId, name, isGuest } = visitor
      const knock: Knock = { id: idOf(ticket), name, isGuest, place: 'call' }
      const one = await find(ticket, { knock, roomId: room.id, personId, address, seat: seat.seat })
      await hold(ticket, one, gone)
      const { state } = one
      return { response: state === 'admitted' ? { state, entered: null } : { state }, cookie: null }
    },

    /** Those who moderate the room let in, or turn away. */
    async answer(
      { personId }: SignedInPerson,
      id: string,
      { action, ids }: AnswerKnocksRequest,
    ): Promise<void> {
      const { room } = rooms.enterTo('moderate', personId, id)
      const answered = waitingAt(room.id).filter(({ knock }) => ids.includes(knock.id))
      for (const one of answered) {
        one.state = action === 'admit' ? 'admitted' : 'refused'
        if (action === 'admit' && one.seat !== null) store.calls.setStanding(room.id, one.seat, 'in')
      }
      // Before they hear of it: their page joins at once.
      if (answered.some(({ seat }) => seat !== null)) presences.roomChanged(room.id)
      tell(room.id)
      for (const one of answered) one.wake?.()
      if (action === 'refuse')
        await Promise.all(answered.map(({ address }) => perAddress.penalty(address, knockRefusedCost)))
    },

    /** The call may be open now, or the room: whoever waits asks again. */
    roomChanged(roomId: RoomId): void {
      for (const one of waitingAt(roomId)) one.wake?.()
    },

    [Symbol.dispose](): void {
      isEnding = true
      for (const [ticket, one] of byTicket) {
        one.wake?.()
        forget(ticket)
      }
    },
  }
}

function enteredBy({ response, cookie }: Accepted): Knocked {
  return { response: { state: 'admitted', entered: response }, cookie }
}

/** The same for the same page, also after a restart. */
function idOf(ticket: string): string {
  return secretHash(ticket).slice(0, 16)
}
