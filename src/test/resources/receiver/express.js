// The part of express 5 that the documented receiver uses, so that tests need no package registry. Like the
// original, json() reads a body only if its Content-Type says JSON, and answers 400 to what is none.
const http = require('node:http')

module.exports = () => {
  const routes = new Map()
  const app = (req, res) => {
    const handlers = req.method === 'POST' ? routes.get(req.url) : undefined
    if (!handlers) {
      res.writeHead(404).end()
      return
    }
    res.status = (code) => {
      res.statusCode = code
      return res
    }
    const run = (i) => {
      try {
        handlers[i](req, res, () => run(i + 1))
      } catch (failed) {
        console.error(failed)
        res.status(500).end()
      }
    }
    run(0)
  }
  app.post = (path, ...handlers) => routes.set(path, handlers)
  app.listen = (port, host, ready) => {
    const server = http.createServer(app)
    return server.listen(port, host, ready)
  }
  return app
}

module.exports.json = () => (req, res, next) => {
  if (!/^application\/json\s*(;|$)/i.test(req.headers['content-type'] ?? '')) {
    next()
    return
  }
  const parts = []
  req.on('data', (part) => parts.push(part))
  req.on('end', () => {
    try {
      req.body = JSON.parse(Buffer.concat(parts).toString('utf8'))
    } catch {
      res.status(400).end()
      return
    }
    next()
  })
}
