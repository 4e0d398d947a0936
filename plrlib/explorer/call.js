// The call that gives a view again, and a button that copies it.
function render({ model, el }) {
  const code = document.createElement("pre");
  code.className = "plr-call";
  code.tabIndex = 0;
  code.setAttribute("aria-label", "The call that gives this view again");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "jupyter-button widget-button";
  button.textContent = "Copy the call";
  const told = document.createElement("span");
  told.setAttribute("role", "status");
  const show = () => { code.textContent = model.get("text"); told.textContent = ""; };
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(model.get("text"));
      told.textContent = " Copied.";
    } catch {
      getSelection().selectAllChildren(code);
      told.textContent = " Selected: copy it with Ctrl-C (on a Mac Cmd-C).";
    }
  });
  model.on("change:text", show);
  el.append(code, button, told);
  show();
}

export default { render };
