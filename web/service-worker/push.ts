/** What the system shows of a push message. Pure, but for the words. */
import type { PushMessage } from '#shared/push-message.ts'
import news from '../locales/en/news.json'

export type Shown = Readonly<{ title: string; body: string; tag: string; path: string }>

/** Null for what is no message of ours. */
export function readPush(data: unknown): Shown | null {
  const { kind, roomId, path, said } = (data ?? {}) as Partial<PushMessage>
  if (
    (kind !== 'mention' && kind !== 'direct' && kind !== 'report') ||
    typeof roomId !== 'string' ||
    typeof path !== 'string'
  )
    return null
  const place = { tag: roomId, path }
  if (said === undefined) return { ...place, title: t(`news.pushed.${kind}`), body: t('news.pushed.open') }
  const { from, room, isConversation, text } = said
  // Of two the title is the other’s name.
  const isPair = isConversation && room === from
  const title = isPair ? from : t(kind === 'report' ? 'news.reported' : 'news.in_room', { from, room })
  return { ...place, title, body: text }
}

/** As in the pages (i18n.ts), of which nothing else is needed here. */
function t(key: string, named: Readonly<Record<string, string>> = {}): string {
  let found: unknown = { news }
  for (const step of key.split('.')) found = (found as Readonly<Record<string, unknown>> | undefined)?.[step]
  return String(found).replace(/\{(\w+)\}/gu, (whole, name: string) => named[name] ?? whole)
}
