/**
 * What a page does about news of this person's rooms, once it stands: counts in its title and at home, words in the
 * page that is looked at, and what the system shows where none is.
 *
 * Rule NO3 of docs/PROTOCOL.md.
 */
import { computed, watch } from 'vue'
import type { Router } from 'vue-router'
import type { ToPage } from '#shared/app-shell.ts'
import type { RoomSummary } from '#shared/http.ts'
import type { RoomId } from '#shared/ids.ts'
import type { MessageNews, RoomNews } from '#shared/news.ts'
import { useAccountStore } from '../account/account-store.ts'
import { permalink } from '../chat/permalink.ts'
import { recallKeys } from '../device.ts'
import { useHomeStore } from '../home/home-store.ts'
import { newsOf } from '../home/sort-rooms.ts'
import { loadWords, useI18n } from '../i18n.ts'
import { showNewsCount } from '../page-title.ts'
import { toast } from '../ui/toast.ts'
import { openFeed, type Told } from './news-feed.ts'
import { newsSettings, permissionNow } from './news-settings.ts'
import { showNotice, takeAwayNotice, type Notice } from './notice.ts'
import { endPush, isPushed, renewPush } from './push-subscription.ts'
import { isAnyPageSeen, sayWhenSeen } from './seen.ts'

/** Who reads what comes at once is not shown a count first. */
const settleMs = 400

export function startNews(router: Router): void {
  const account = useAccountStore()
  const home = useHomeStore()
  const { t } = useI18n()
  sayWhenSeen()

  // ── Counts ──────────────────────────────────────────────────────────────────────────────────
  const count = computed(() => (account.me === null ? 0 : countOf(home.rooms?.mine ?? [])))
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    count,
    (now, before) => {
      clearTimeout(timer)
      // Less is shown at once.
      timer = setTimeout(showCount, now > (before ?? 0) ? settleMs : 0, now)
    },
    { immediate: true },
  )

  function learn(news: RoomNews): void {
    const { rooms } = home
    const isKnown = rooms?.mine.some(({ id }) => id === news.id) === true
    if (rooms === null || !isKnown) {
      refresh()
      return
    }
    const mine = rooms.mine.map((room) => (room.id === news.id ? { ...room, ...news } : room))
    home.rooms = { ...rooms, mine }
    if (news.unreadCount === 0) takeAwayNotice(news.id).catch(() => undefined)
  }

  function refresh(): void {
    home.refresh().catch(() => undefined)
  }

  // ── Words ───────────────────────────────────────────────────────────────────────────────────
  function isInView(roomId: RoomId): boolean {
    return router.currentRoute.value.params['roomId'] === roomId
  }

  async function tell(news: MessageNews, isFollower: boolean): Promise<void> {
    const isSeen = document.visibilityState === 'visible'
    if (isSeen ? isInView(news.roomId) : !isFollower || (await isAnyPageSeen())) return
    await loadWords(['news'])
    const notice = noticeOf(news)
    if (isSeen) showHere(notice)
    // What is pushed to this browser the service worker shows.
    else if (newsSettings.value.isShown && permissionNow() === 'granted' && !(await isPushed()))
      await showNotice(notice, (path) => void router.push(path))
    if (newsSettings.value.hasSound) (await import('../ui/chime.ts')).pageChimes.play('news')
  }

  function showHere({ title, body, path }: Notice): void {
    const action = { label: t('news.show'), onSelect: () => void router.push(path) }
    toast(body === '' ? title : t('news.line', { title, text: body }), { action })
  }

  function noticeOf(news: MessageNews): Notice {
    const { from, roomTitle: room, isConversation, text, roomId } = news
    // Of two the title is the other’s name.
    const isPair = isConversation && room === from
    const title = isPair ? from : t(news.kind === 'report' ? 'news.reported' : 'news.in_room', { from, room })
    return { title, body: text, tag: roomId, path: permalink('', roomId, news) }
  }

  // ── The feed ────────────────────────────────────────────────────────────────────────────────
  /** What was read while the server was away. One page of the browser tells it. */
  async function bringMarkers(isFollower: boolean): Promise<void> {
    const { me } = account
    if (me === null || !isFollower || recallKeys(`read.${me.id}.`).length === 0) return
    try {
      const { bringReadMarkers } = await import('../chat/read-markers.ts')
      await bringReadMarkers(me.id)
    } catch {
      // It could not be fetched: told the next time.
    }
  }

  function hear(told: Told, isFollower: boolean): void {
    switch (told.kind) {
      case 'room':
        learn(told.news)
        return
      case 'message':
        tell(told.news, isFollower).catch((error: unknown) => {
          console.error(error)
        })
        return
      case 'connected':
        void bringMarkers(isFollower).finally(refresh)
        return
      case 'rooms':
        refresh()
    }
  }

  // A press on what the system shows.
  if ('serviceWorker' in navigator)
    navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
      if (data.kind === 'open') void router.push(data.path)
    })

  watch(
    () => account.me?.id,
    (personId, before, onCleanup) => {
      if (personId === undefined) {
        // Whoever signs in next is not told of what is somebody else's.
        if (before !== undefined) endPush().catch(() => undefined)
        return
      }
      renewPush(newsSettings.value.hasText).catch(() => undefined)
      const feed = openFeed(personId, hear)
      onCleanup(() => {
        feed[Symbol.dispose]()
      })
    },
    { immediate: true },
  )
}

/** What badges at home show, all together. */
function countOf(rooms: readonly RoomSummary[]): number {
  return rooms.reduce((sum, room) => {
    const { unread, mentions } = newsOf(room)
    // A mention is unread as well, where the room is not muted.
    return sum + (room.isMuted ? mentions : unread)
  }, 0)
}

/** Also on the icon of a page that was installed, where the system shows that. */
function showCount(count: number): void {
  showNewsCount(count)
  if ('setAppBadge' in navigator) navigator.setAppBadge(count).catch(() => undefined)
}
