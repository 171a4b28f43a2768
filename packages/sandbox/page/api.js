/** The page's requests to the operator interface. */

const token = document.querySelector('meta[name="sandbox-token"]')?.getAttribute("content") ?? ""

/** Throws an error with the exchange's reason. */
export const send = async (method, path, body) => {
  const response = await fetch(`/sandbox/${path}`, {
    method,
    headers: { "x-sandbox-token": token, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
  const json = await response.json().catch(() => ({}))
  if (!response.ok) throw new Error(json.error?.details ?? json.error?.message ?? `status ${response.status}`)
  return json
}

export const post = (path, body = {}) => send("POST", path, body)

/** Connects again after the connection was lost. Returns a function that ends the stream. */
export const follow = ({ account, market }, onMessage, onState) => {
  const query = new URLSearchParams()
  if (market !== undefined) query.set("market", market)
  if (account !== undefined) query.set("account", account)
  const source = new EventSource(`/sandbox/stream?${query}`)
  source.addEventListener("open", () => onState("live"))
  source.addEventListener("error", () => onState(source.readyState === EventSource.CLOSED ? "closed" : "reconnecting"))
  source.addEventListener("message", ({ data }) => onMessage(JSON.parse(data)))
  return () => source.close()
}
