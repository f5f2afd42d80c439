/**
 * Who knocks at the room in view, and at the room whose call this page is in. The server tells it to those who moderate
 * them alone, so for anybody else this stays empty.
 *
 * Invariant: while the server is not heard the list is empty: nobody on it could be answered.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { AnswerKnocksRequest } from '#shared/http.ts'
import type { RoomId } from '#shared/ids.ts'
import { knockPaths, type Knock } from '#shared/knock.ts'
import { readKnocks } from '#shared/wire/notes.ts'
import { request, wordsOf } from '../api.ts'
import { useCallStore } from '../call/call-store.ts'
import { loadWords, useI18n } from '../i18n.ts'
import { useRoomStore } from '../room/room-store.ts'
import type { Undo } from '../sync/ports.ts'
import type { RoomSession } from '../sync/room-session.ts'
import { announce } from '../ui/announce.ts'
import { toast } from '../ui/toast.ts'

/** A knock, and at which door. */
export type DoorKnock = Knock & Readonly<{ door: Readonly<{ roomId: RoomId; title: string }> }>

export const useLobbyStore = defineStore('lobby', () => {
  const { t } = useI18n()
  const room = useRoomStore()
  const call = useCallStore()
  const knocksBySession = shallowRef<ReadonlyMap<RoomSession, readonly DoorKnock[]>>(new Map())
  const unfollowBySession = new Map<RoomSession, Undo>()
  /** Who was told of once is not told of again, also after a moment without the server. */
  const known = new Set<string>()

  watch(
    [() => room.session, () => call.session],
    (now) => {
      const wanted = new Set(now.filter((session) => session !== null))
      for (const [session, unfollow] of unfollowBySession) {
        if (wanted.has(session)) continue
        unfollow()
        unfollowBySession.delete(session)
        set(session, [])
      }
      for (const session of wanted)
        if (!unfollowBySession.has(session)) unfollowBySession.set(session, follow(session))
    },
    { immediate: true, flush: 'sync' },
  )

  function follow(session: RoomSession): Undo {
    const read = (note: string): void => {
      const knocks = readKnocks(note)
      if (knocks !== null) receive(session, knocks)
    }
    const undos = [
      session.room.onNote(read),
      session.onChange(() => {
        if (session.connection().kind !== 'live') set(session, [])
      }),
    ]
    read(session.roomNote() ?? '')
    return () => {
      for (const undo of undos) undo()
    }
  }

  function receive(session: RoomSession, knocks: readonly Knock[]): void {
    const title = session.room.doc.getMap<string>('info').get('title') ?? ''
    const door = { roomId: session.roomId, title }
    const withDoor = knocks.map((knock) => ({ ...knock, door }))
    set(session, withDoor)
    const fresh = withDoor.filter(({ id }) => !known.has(id))
    for (const { id } of fresh) known.add(id)
    if (fresh.length > 0) void tell(fresh)
  }

  function set(session: RoomSession, knocks: readonly DoorKnock[]): void {
    const next = new Map(knocksBySession.value)
    if (knocks.length === 0) next.delete(session)
    else next.set(session, knocks)
    knocksBySession.value = next
  }

  async function tell(fresh: readonly DoorKnock[]): Promise<void> {
    const [{ pageChimes }] = await Promise.all([import('../ui/chime.ts'), loadWords(['call'])])
    if (call.hasSounds) pageChimes.play('knock')
    for (const knock of fresh) {
      const { name, door } = knock
      // Where no room is in view, nothing else shows it.
      if (room.roomId !== null) announce(t('call.lobby.knocks', { name }))
      else
        toast(t('call.lobby.knocks_at', { name, room: door.title }), {
          action: { label: t('call.lobby.admit'), onSelect: () => void answer('admit', [knock]) },
        })
    }
  }

  async function answer(action: AnswerKnocksRequest['action'], knocks: readonly DoorKnock[]): Promise<void> {
    for (const [roomId, group] of Map.groupBy(knocks, ({ door }) => door.roomId)) {
      try {
        await request('POST', knockPaths.answer(roomId), { action, ids: group.map(({ id }) => id) })
      } catch (error) {
        toast(wordsOf(error), { tone: 'bad' })
      }
    }
  }

  return {
    /** The longest waiting first. */
    knocks: computed(() => [...knocksBySession.value.values()].flat()),
    answer,
  }
})
