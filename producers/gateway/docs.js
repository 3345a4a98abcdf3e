// The interactive documentation: asks for a token where one is needed, and shows the interface's document.
"use strict";

async function show(token) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const answer = await fetch("/openapi.json", { headers });
  document.getElementById("sign-in").hidden = answer.ok;
  if (!answer.ok) {
    document.getElementById("problem").textContent = token ? "Invalid token." : "";
    return;
  }
  const spec = await answer.json();
  spec.openapi = "3.0.3"; // this version of Swagger UI shows 3.1 as well, but only if it does not know
  const ui = SwaggerUIBundle({ spec, dom_id: "#ui", validatorUrl: null, deepLinking: true });
  if (token) ui.preauthorizeApiKey("token", token);
}

document.getElementById("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  show(document.getElementById("token").value.trim());
});
show("");
