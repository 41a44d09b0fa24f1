// The switch of light and dark. Without it, or before its first use, the page follows the system.
const root = document.documentElement;
const button = /** @type {HTMLButtonElement} */ (document.getElementById("theme"));
const system = matchMedia("(prefers-color-scheme: dark)");

const isDark = () => (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";

const label = () => {
  button.textContent = isDark() ? "Light" : "Dark";
  button.setAttribute("aria-label", `Show the page ${isDark() ? "light" : "dark"}`);
};

button.addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  label();
});
system.addEventListener("change", label);
label();
button.hidden = false;
