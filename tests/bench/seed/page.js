/* Camera and both connections are ready before Join is enabled, so that the measurement starts where ours does. */
const query = new URLSearchParams(location.search)
const joinButton = document.querySelector('#join')
const tiles = document.querySelector('#tiles')
const socket = io()
const peer = new Peer({
  host: '127.0.0.1',
  port: Number(query.get('peerPort')),
  path: '/',
  config: { iceServers: [] },
})

function show(stream) {
  const video = document.createElement('video')
  video.className = 'remote'
  video.muted = true
  video.autoplay = true
  video.playsInline = true
  video.srcObject = stream
  tiles.append(video)
}

function showOnce(call) {
  let shown = false
  call.on('stream', (stream) => {
    if (!shown) show(stream)
    shown = true
  })
}

const ready = Promise.all([
  navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } }),
  new Promise((resolve) => peer.on('open', resolve)),
  new Promise((resolve) => (socket.connected ? resolve() : socket.on('connect', resolve))),
])

ready.then(([stream, peerId]) => {
  peer.on('call', (call) => {
    call.answer(stream)
    showOnce(call)
  })
  socket.on('user-connected', (otherId) => showOnce(peer.call(otherId, stream)))
  joinButton.addEventListener('click', () => {
    joinButton.dataset.joined = 'true'
    socket.emit('join-room', 'room', peerId)
  })
  joinButton.disabled = false
})
