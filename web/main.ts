/** Starts the page. */
import '@fontsource-variable/inter/wght.css'
import './ui/tokens.css'
import './ui/base.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { loadWords } from './i18n.ts'
import { createAppRouter } from './router.ts'

const app = createApp(App).use(createPinia())
await loadWords(['app'])
const router = createAppRouter()
app.use(router).mount('#app')

import('./news/start-news.ts')
  .then(({ startNews }) => {
    startNews(router)
  })
  .catch(() => undefined)

import('./offline/start-courier.ts')
  .then(({ startCourier }) => {
    startCourier(router)
  })
  .catch(() => undefined)

// Once the page stands: it is for the next visit. Where a browser refuses it, there is none without a network.
if (import.meta.env.PROD)
  import('./offline/start-offline.ts').then(({ startOffline }) => startOffline(router)).catch(() => undefined)
