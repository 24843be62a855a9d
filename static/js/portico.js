// Behaviour of the pages in the browser.
