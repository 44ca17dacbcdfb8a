// The page reads the same without this: it fills in this server's address, the copy buttons and the filter.
const localAddress = "http://127.0.0.1:8000";

for (const block of document.querySelectorAll(".code")) {
  const button = block.querySelector(".copy");
  if (!button) continue;
  const code = block.querySelector("code");
  code.textContent = code.textContent.replace(localAddress, location.origin);
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
}

const filter = document.querySelector("#filter");
filter.hidden = false;
filter.addEventListener("input", () => {
  const wanted = filter.value.trim().toLowerCase();
  for (const item of document.querySelectorAll("nav li")) {
    const address = item.firstElementChild.getAttribute("href");
    const text = `${item.textContent} ${address}`.toLowerCase();
    item.hidden = !text.includes(wanted);
  }
});
