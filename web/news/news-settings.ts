/** How this device tells of news: kept on it, since a phone in a pocket and a desk are not told alike. */
import { shallowRef, watch } from 'vue'
import { recall, remember } from '../device.ts'

export type NewsSettings = Readonly<{
  /** The system shows what is written to this person while no page of Stoa is looked at. */
  isShown: boolean
  hasSound: boolean
  /** What is pushed to it may show what was written (NO4). */
  hasText: boolean
}>

function recallSettings(): NewsSettings {
  const { isShown, hasSound, hasText } = (recall('news') ?? {}) as Partial<NewsSettings>
  return { isShown: isShown === true, hasSound: hasSound !== false, hasText: hasText === true }
}

export const newsSettings = shallowRef(recallSettings())
watch(newsSettings, (settings) => {
  remember('news', settings)
})
// Another tab has changed them.
addEventListener('storage', () => {
  const settings = recallSettings()
  if (JSON.stringify(settings) !== JSON.stringify(newsSettings.value)) newsSettings.value = settings
})

/** What the browser lets this page show: `away` where it has no notifications, as outside HTTPS. */
export type Permission = NotificationPermission | 'away'

export function permissionNow(): Permission {
  return 'Notification' in window && isSecureContext ? Notification.permission : 'away'
}

/** Asks the person, who must just have pressed something. */
export async function askPermission(): Promise<Permission> {
  if (permissionNow() !== 'default') return permissionNow()
  return Notification.requestPermission()
}
