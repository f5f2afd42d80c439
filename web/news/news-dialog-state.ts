/** Whether the settings of news are open: menus open them wherever one is. */
import { shallowRef } from 'vue'

export const isNewsDialogOpen = shallowRef(false)
