/**
 * The room this page shows.
 *
 * A room that this device has been in before opens at once from what it remembers; the server's answer follows and has
 * the last word. Invariant: the session belongs to the person and the seat of the newest answer. A call may keep it open
 * after the page has left the room (session-users.ts), and the page then finds it again.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { ErrorCode } from '#shared/errors.ts'
import type { RoomResponse, RoomsResponse, RoomSummary } from '#shared/http.ts'
import type { PersonId, RoomId } from '#shared/ids.ts'
import type { Addresses } from '#shared/addresses.ts'
import type { Entry } from '#shared/entry.ts'
import { may, type Drawing, type Posting, type RoomPerson } from '#shared/room.ts'
import { useAccountStore } from '../account/account-store.ts'
import { api, codeOf } from '../api.ts'
import { recall, remember } from '../device.ts'
import { showRoom } from '../offline/room-lock.ts'
import { browserWorld } from '../sync/browser-world.ts'
import type { ConnectionState, Undo } from '../sync/ports.ts'
import { openRoomSession, type RefusedDocuments, type RoomSession } from '../sync/room-session.ts'
import { endSession, sessionOf, useSession } from '../sync/session-users.ts'
import { recallRoom, rememberRoom } from './kept-room.ts'
import { peopleOf, type PersonHere } from './people.ts'

export const useRoomStore = defineStore('room', () => {
  const account = useAccountStore()
  const roomId = shallowRef<RoomId | null>(null)
  /** The server's last answer, perhaps from an earlier visit. */
  const room = shallowRef<RoomResponse | null>(null)
  const session = shallowRef<RoomSession | null>(null)
  const connection = shallowRef<ConnectionState>({ kind: 'connecting' })
  /** Whether this device stores what is written here. */
  const isKept = shallowRef(true)
  /** People of the call that are heard without the server. */
  const directCount = shallowRef(0)
  /** Those who are here first, then by name; also those who have left, for what they wrote. */
  const people = shallowRef<readonly PersonHere[]>([])
  const title = shallowRef('')
  const topic = shallowRef('')
  const isArchived = shallowRef(false)
  const drawing = shallowRef<Drawing>('everyone')
  const posting = shallowRef<Posting>('everyone')
  /** Seconds from one message of this person's to the next. */
  const slow = shallowRef(0)
  const addresses = shallowRef<Addresses>('shown')
  const entry = shallowRef<Entry>('free')
  /** Why the room cannot be shown, or null. */
  const errorCode = shallowRef<ErrorCode | null>(null)
  /** Newest call of `open`: answers to earlier ones come too late. */
  let opening = Symbol()
  /** The server has refused what this page held, and it has begun anew: it does so once. */
  let hasBegunAnew = false
  /** Stops looking at the session, and lets go of it. */
  let unfollow: Undo = () => undefined
  /** Tells this browser's other pages that the room is not shown here any more. */
  let hide: Undo = () => undefined

  /** Resolves once the room is open, or cannot be. */
  async function open(id: RoomId): Promise<void> {
    close()
    const me = account.me
    if (me === null) return
    const turn = opening
    roomId.value = id
    hide = showRoom(me.id, id)
    const known = recallRoom(me.id, id)
    if (known !== null) enter(known, me.id)
    const asked = ask(id, me.id, turn)
    if (known === null) await asked
  }

  /** Enters an open room by its link alone; otherwise only where this person has a seat. */
  async function ask(id: RoomId, personId: PersonId, turn: symbol): Promise<void> {
    try {
      const answer = await api.joinRoom(id)
      if (opening !== turn) return
      rememberRoom(personId, id, answer)
      listAtHome(answer.room)
      enter(answer, personId)
    } catch (error) {
      if (opening !== turn) return
      const code = codeOf(error)
      if (code === 'network-away' && session.value !== null) return
      if (code === 'not-found' || code === 'room-banned') rememberRoom(personId, id, null)
      fail(code)
    }
  }

  function enter(answer: RoomResponse, personId: PersonId): void {
    const before = room.value
    room.value = answer
    if (session.value !== null && before?.seat === answer.seat && before.role === answer.role) return
    if (session.value !== null) endSession(session.value)
    session.value = openAs(answer, personId)
  }

  function openAs(answer: RoomResponse, personId: PersonId, refused?: RefusedDocuments): RoomSession {
    const { seat, role, chatTail, drawing, posting } = answer
    const { isArchived } = answer.room
    const kept = sessionOf(answer.room.id, personId)
    if (kept?.seat === seat && kept.role === role) return follow(kept)
    if (kept !== null) endSession(kept)
    const world = browserWorld()
    const options = {
      world,
      roomId: answer.room.id,
      personId,
      seat,
      role,
      chatTail,
      drawing,
      posting,
      isArchived,
    }
    return follow(openRoomSession(refused === undefined ? options : { ...options, refused }))
  }

  /** With the server's state, and what of the refused one can be written again. */
  function beginAnew(answer: RoomResponse, ended: RoomSession): void {
    hasBegunAnew = true
    const refused = ended.refused()
    endSession(ended)
    session.value = openAs(answer, ended.personId, refused)
    tellOutdated(null)
  }

  /** Keeps what is shown equal to what the session knows. */
  function follow(open: RoomSession): RoomSession {
    unfollow()
    const letGo = useSession(open)
    const listed = open.room.doc.getMap<RoomPerson>('people')
    const info = open.room.doc.getMap<string>('info')
    const readPeople = (): void => {
      directCount.value = open.directCount()
      const { presence, seat } = open
      const self = { seat, clientId: presence.clientId, state: presence.own() }
      people.value = peopleOf({ listed: listed.entries(), self, others: open.here() })
      readRole()
      readSlow()
      readTitle()
    }
    // Its owner may make somebody else of me at any time (RO7).
    const readRole = (): void => {
      if (room.value?.role !== open.role && open.connection().kind === 'live')
        learn({ role: open.role }, open.roomId)
    }
    // Whoever moderates the room is not slowed.
    const readSlow = (): void => {
      slow.value = open.slowMs() / 1_000
    }
    const readTitle = (): void => {
      title.value = open.title() || (room.value?.room.title ?? '')
    }
    const readInfo = (): void => {
      readTitle()
      isArchived.value = open.isArchived()
      topic.value = info.get('topic') ?? ''
      drawing.value = open.drawing()
      posting.value = open.posting()
      readSlow()
      addresses.value = info.get('addresses') === 'hidden' ? 'hidden' : 'shown'
      entry.value = info.get('entry') === 'knock' ? 'knock' : 'free'
    }
    const readConnection = (): void => {
      connection.value = open.connection()
      isKept.value = open.isKept()
      if (connection.value.kind === 'outdated') tellOutdated(connection.value.code)
      if (connection.value.kind !== 'closed') return
      const { code } = connection.value
      if (code === 'update-refused' && !hasBegunAnew && room.value !== null && session.value === open)
        beginAnew(room.value, open)
      else fail(code)
    }
    listed.observe(readPeople)
    info.observe(readInfo)
    const undos = [open.onHere(readPeople), open.onChange(readConnection), letGo]
    unfollow = () => {
      listed.unobserve(readPeople)
      info.unobserve(readInfo)
      for (const undo of undos) undo()
    }
    readPeople()
    readInfo()
    readConnection()
    return open
  }

  /** Something of the server's answer has become otherwise, by this page. */
  function learn(news: Partial<RoomSummary>, id: RoomId): void {
    const { me } = account
    const before = room.value
    if (me === null || before?.room.id !== id) return
    room.value = { ...before, role: news.role ?? before.role, room: { ...before.room, ...news } }
    rememberRoom(me.id, id, room.value)
    listAtHome(room.value.room)
  }

  /** The room is over for this page, or never began. */
  function fail(code: ErrorCode): void {
    errorCode.value = code
    if (session.value !== null) endSession(session.value)
    session.value = null
  }

  function close(): void {
    opening = Symbol()
    session.value = null
    unfollow()
    hide()
    hasBegunAnew = false
    roomId.value = null
    room.value = null
    errorCode.value = null
    connection.value = { kind: 'connecting' }
    isKept.value = true
    directCount.value = 0
    people.value = []
    title.value = ''
  }

  /** Of what neither the server nor this device has. */
  function warn(event: BeforeUnloadEvent): void {
    if (session.value !== null && !session.value.isKept() && session.value.hasUnsent()) event.preventDefault()
  }
  addEventListener('beforeunload', warn)

  return {
    roomId,
    room,
    session,
    connection,
    isKept,
    directCount,
    people,
    /** Those who belong to the room now. */
    members: computed(() => people.value.filter((person) => !person.hasLeft)),
    self: computed(() => people.value.find((person) => person.isSelf) ?? null),
    title,
    /** Nobody is let into a conversation, or a room that is archived. */
    mayInvite: computed(
      () => room.value?.room.others === null && !isArchived.value && may(room.value.role, 'invite'),
    ),
    topic,
    isArchived,
    drawing,
    posting,
    slow,
    addresses,
    entry,
    errorCode,
    open,
    learn,
    close,
  }
})

/** Home shows it without a server too, also to whoever came by a link and has not been there since. */
function listAtHome(room: RoomSummary): void {
  const { mine = [], open = [] } = (recall('rooms') ?? {}) as Partial<RoomsResponse>
  const isOther = ({ id }: RoomSummary): boolean => id !== room.id
  remember('rooms', { mine: [room, ...mine.filter(isOther)], open: open.filter(isOther) })
}

/** Null: the room was opened anew. Where the code for it cannot be fetched any more, the connection says it alone. */
function tellOutdated(code: ErrorCode | null): void {
  import('../offline/outdated.ts')
    .then(({ offerReload, tellBegunAnew }) => (code === null ? tellBegunAnew() : offerReload(code)))
    .catch(() => undefined)
}
