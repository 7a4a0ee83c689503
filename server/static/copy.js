// Copies what stands beside a button, and says so.
"use strict";

(() => {
  const said = document.getElementById("copied");
  const buttons = document.querySelectorAll("button[data-copy]");

  if (!said || !navigator.clipboard) return;
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
        said.textContent = `${button.dataset.done}: ${button.dataset.copy}`;
      } catch {
        button.hidden = true;
      }
    });
  }
})();
