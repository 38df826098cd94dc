/* Until when a supervisor works with this scanner, as a page says that the server made: seconds of the expo's time, 0 where
   none does. A page that the telephone kept says nothing. */
export function until(page) {
  const told = page.querySelector("[data-shift]");
  return told ? Date.parse(told.dataset.shift) / 1000 || 0 : undefined;
}
