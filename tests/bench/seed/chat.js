/* A chat as the guides of socket.io show it: what is said is put into the list, and sent to the others. */
const socket = io({ transports: ['websocket'] })
const log = document.querySelector('#log')
const field = document.querySelector('textarea')

function show(text) {
  const line = document.createElement('li')
  line.textContent = text
  log.append(line)
  line.scrollIntoView()
}

socket.on('connect', () => {
  socket.emit('join', new URLSearchParams(location.search).get('room'), () => {
    document.documentElement.dataset.joined = 'true'
  })
})
socket.on('message', show)
field.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter') return
  event.preventDefault()
  socket.emit('message', field.value, () => undefined)
  show(field.value)
  field.value = ''
})
