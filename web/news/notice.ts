/** What the system shows of a message, and where it leads. */
import { noticeOptions, noticesLock } from '#shared/push-message.ts'

export type Notice = Readonly<{
  title: string
  body: string
  /** A newer one with the same tag takes its place: of each room there is one. */
  tag: string
  /** Where a press on it leads, on this server. */
  path: string
}>

/** Through the service worker where there is one: on phones there is no other way. */
export async function showNotice(
  { title, body, tag, path }: Notice,
  onPress: (path: string) => void,
): Promise<void> {
  // The page has a sound of its own.
  const options = { ...noticeOptions, body, tag, data: { path }, silent: true }
  const registration = await navigator.serviceWorker.getRegistration()
  if (registration?.active != null) {
    await navigator.locks.request(noticesLock, () => registration.showNotification(title, options))
    return
  }
  const notification = new Notification(title, options)
  notification.onclick = () => {
    window.focus()
    notification.close()
    onPress(path)
  }
}

/** What is read needs no notice any more. */
export async function takeAwayNotice(tag: string): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  const registration = await navigator.serviceWorker.getRegistration()
  await navigator.locks.request(noticesLock, async () => {
    for (const notice of (await registration?.getNotifications({ tag })) ?? []) notice.close()
  })
}
