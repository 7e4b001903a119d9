// Passkeys: the browser is asked for one, and its answer goes into the form, which is sent like any other.
// The conversions are our own: some password managers in browsers give objects without `toJSON`.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const text = (buffer) =>
  btoa(Array.from(new Uint8Array(buffer), (one) => String.fromCharCode(one)).join(""))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

function asked(kind, options) {
  const challenge = bytes(options.challenge);
  if (kind === "get") return { ...options, challenge, allowCredentials: named(options.allowCredentials) };
  const user = { ...options.user, id: bytes(options.user.id) };
  return { ...options, challenge, user, excludeCredentials: named(options.excludeCredentials) };
}

function said(credential) {
  const { response } = credential;
  const found = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    found.attestationObject = text(response.attestationObject);
    found.transports = response.getTransports?.() || [];
  } else {
    found.authenticatorData = text(response.authenticatorData);
    found.signature = text(response.signature);
    if (response.userHandle?.byteLength) found.userHandle = text(response.userHandle);
  }
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response: found });
}

// One request at a time: what waits for a choice among the filled-in names gives way to the button.
let waiting = null;

export function arm(form) {
  if (form.dataset.armed) return;
  form.dataset.armed = "1";
  if (!window.PublicKeyCredential) {
    const missing = form.nextElementSibling;
    if (missing) missing.hidden = false;
    return;
  }
  form.hidden = false;
  const kind = form.dataset.passkey;
  const problem = form.querySelector("[role=alert]");
  const button = form.querySelector("[type=submit]");
  let begun = JSON.parse(form.dataset.begun);
  // Asked for anew a minute before it is too old.
  let until = performance.now() + (begun.expires_in - 60) * 1000;

  async function current() {
    if (performance.now() < until || !form.dataset.renew) return begun;
    const answer = await fetch(form.dataset.renew, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`${answer.status}`);
    begun = await answer.json();
    until = performance.now() + (begun.expires_in - 60) * 1000;
    return begun;
  }

  async function choose(more = {}) {
    waiting?.abort();
    const mine = new AbortController();
    waiting = mine;
    const { ceremony, options } = await current();
    const request = { publicKey: asked(kind, options), signal: mine.signal, ...more };
    const credential = await navigator.credentials[kind](request);
    form.elements.ceremony.value = ceremony;
    form.elements.credential.value = said(credential);
    form.submit();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    problem.hidden = true;
    try {
      await choose();
    } catch (error) {
      const { cancelled, known, refused } = form.dataset;
      problem.textContent = { InvalidStateError: known, NotAllowedError: cancelled, AbortError: cancelled }[error.name] || refused;
      problem.hidden = false;
      button.disabled = false;
    }
  });
  window.addEventListener("pageshow", () => {
    button.disabled = false;
  });

  // Passkeys among what the browser offers for the field of the e-mail address.
  async function autofill() {
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    for (;;) {
      const stale = setTimeout(() => waiting?.abort("stale"), Math.max(until - performance.now(), 1000));
      try {
        await choose({ mediation: "conditional" });
        return;
      } catch (error) {
        if (error !== "stale") return;
      } finally {
        clearTimeout(stale);
      }
    }
  }
  if ("autofill" in form.dataset) autofill();
}
