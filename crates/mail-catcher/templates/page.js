"use strict";

const localTimes = () => {
  for (const time of document.querySelectorAll("time")) {
    time.textContent = new Date(time.dateTime).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  }
};

const refresh = async () => {
  const response = await fetch("/");
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const list = document.getElementById("list");
  const newList = fresh.getElementById("list");
  if (newList.dataset.newest !== list.dataset.newest) {
    list.replaceWith(newList);
    document.getElementById("clear").hidden = fresh.getElementById("clear").hidden;
    localTimes();
  }
};

localTimes();

if (document.getElementById("list")) {
  document.getElementById("clear").addEventListener("click", async () => {
    await fetch("/api/messages", { method: "DELETE" });
    await refresh();
  });
  setInterval(() => {
    // The program may be restarting; the next look will tell.
    if (!document.hidden) refresh().catch(() => {});
  }, 2000);
}
