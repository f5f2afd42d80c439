/**
 * The pages, the words each needs, and what must hold before one opens.
 *
 * Pages that need somebody signed in send a stranger to /login and back again. A device that knows who it belongs to
 * opens them at once, without the server.
 */
import { nextTick } from 'vue'
import { createRouter, createWebHistory, type Router, type RouteRecordRaw } from 'vue-router'
import { useAccountStore } from './account/account-store.ts'
import HomeView from './home/HomeView.vue'
import { loadWords, useI18n, type Noun } from './i18n.ts'
import { showPage } from './page-title.ts'

declare module 'vue-router' {
  interface RouteMeta {
    /** Fetched before the page is shown. */
    words?: readonly Noun[]
    needsMe?: true
    /** Key of the document's title. A page without one sets its own. */
    title?: string
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', component: HomeView, meta: { words: ['home', 'account'], title: 'home.title' } },
  {
    path: '/login',
    component: () => import('./account/LoginView.vue'),
    meta: { words: ['account'], title: 'account.sign_in' },
  },
  {
    path: '/register',
    component: () => import('./account/RegisterView.vue'),
    meta: { words: ['account'], title: 'account.register' },
  },
  {
    path: '/i/:token',
    component: () => import('./invite/InviteView.vue'),
    meta: { words: ['invite', 'account'], title: 'invite.page' },
  },
  {
    path: '/r/:roomId/:message?',
    component: () => import('./room/RoomView.vue'),
    meta: { words: ['room', 'chat'], needsMe: true },
  },
  ...(import.meta.env.DEV
    ? [
        {
          path: '/workshop',
          component: () => import('./workshop/WorkshopView.vue'),
          meta: { words: ['home', 'room', 'chat', 'board', 'call'] },
        } satisfies RouteRecordRaw,
      ]
    : []),
  {
    path: '/:path(.*)*',
    component: () => import('./home/NotFoundView.vue'),
    meta: { title: 'app.not_found.title' },
  },
]

export function createAppRouter(): Router {
  const router = createRouter({ history: createWebHistory(), routes })
  const { t } = useI18n()

  router.beforeEach(async (to) => {
    const account = useAccountStore()
    const isKnown = account.isSignedIn || account.isConfirmed
    // Asked on every visit; waited for only by who is not known on this device.
    const asked = account.isConfirmed ? Promise.resolve() : account.load().catch(() => undefined)
    await Promise.all([loadWords(to.meta.words ?? []), isKnown ? undefined : asked])
    if (to.meta.needsMe === true && !account.isSignedIn) {
      return { path: '/login', query: { returnTo: to.fullPath } }
    }
    return true
  })

  router.afterEach(async (to, from) => {
    if (to.meta.title !== undefined) showPage(t(to.meta.title))
    const isFirstPage = from.matched.length === 0
    if (isFirstPage || to.path === from.path) return
    // A new page begins at its heading, for eyes and for screen readers.
    window.scrollTo(0, 0)
    await nextTick()
    document.querySelector<HTMLElement>('main h1, main')?.focus()
  })

  return router
}
