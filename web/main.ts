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
app.use(createAppRouter()).mount('#app')
