// Solves the puzzle of a form, so that floods of forms cost their sender.
// While it counts, the form can be filled in; sending waits for the number.
"use strict";

(() => {
  const field = document.getElementById("work");
  if (!field) return;
  const bits = Number(field.dataset.bits);
  const start = `${field.dataset.puzzle} `;

  // SHA-256 (FIPS 180-4) of a short ASCII text, as its first 32 bits.
  const fraction = (x) => ((x - Math.floor(x)) * 4294967296) | 0;
  const primes = [];
  for (let n = 2; primes.length < 64; n++)
    if (primes.every((prime) => n % prime)) primes.push(n);
  const K = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
  const H = Int32Array.from(primes.slice(0, 8), (p) => fraction(Math.sqrt(p)));
  const turn = (x, n) => (x >>> n) | (x << (32 - n));
  const w = new Int32Array(64);
  const hash = new Int32Array(8);

  const block = () => {
    for (let i = 16; i < 64; i++) {
      const a = w[i - 15], b = w[i - 2];
      w[i] = w[i - 16] + w[i - 7] +
        (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) +
        (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = hash;
    for (let i = 0; i < 64; i++) {
      const x = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) +
        ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      const y = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) +
        ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + x) | 0;
      d = c; c = b; b = a; a = (x + y) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((x, i) => { hash[i] = (hash[i] + x) | 0; });
  };

  const first = (text) => {
    const size = text.length;
    const blocks = Math.ceil((size + 9) / 64);
    hash.set(H);
    for (let at = 0; at < blocks * 64; at += 64) {
      w.fill(0, 0, 16);
      for (let i = at; i < at + 64 && i <= size; i++)
        w[(i - at) >> 2] |=
          (i < size ? text.charCodeAt(i) : 0x80) << (24 - 8 * (i % 4));
      if (at + 64 === blocks * 64) w[15] = size * 8;
      block();
    }
    return hash[0];
  };

  const form = field.form;
  const note = document.getElementById("work-note");
  let number = 0, done = false, wanted = null;

  const count = () => {
    for (let i = 0; i < 4000 && !done; i++) {
      if (Math.clz32(first(start + number)) >= bits) done = true;
      else number++;
    }
    if (!done) { setTimeout(count, 0); return; }
    field.value = String(number);
    if (wanted) form.requestSubmit(wanted === true ? undefined : wanted);
  };

  form.addEventListener("submit", (event) => {
    if (done) return;
    event.preventDefault();
    wanted = event.submitter || true;
    if (note) note.hidden = false;
  });
  count();
})();
