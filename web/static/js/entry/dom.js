// Small pieces of pages, made of text only.

export function make(name, facts = {}, ...inside) {
  const element = Object.assign(document.createElement(name), facts);
  element.append(...inside);
  return element;
}

export function button(words, act, className = "small") {
  const made = make("button", { type: "button", className }, words);
  made.addEventListener("click", act);
  return made;
}

// A sentence with its places filled: fill("{who} đã ghi", { who }).
export function fill(words, facts) {
  return words.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
}
