// Presses the one button of a link's page. The server sends this file only to the browser in which that very link was asked for.
const form = document.querySelector("form[data-self-submit]");
// Going back to the page must not press it again.
const [visit] = performance.getEntriesByType("navigation");
if (form && visit?.type !== "back_forward") form.requestSubmit();
