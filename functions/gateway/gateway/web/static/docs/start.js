"use strict";
// Opens the document that the page names; Swagger UI reads it from our own origin.
SwaggerUIBundle({
  url: document.getElementById("swagger-ui").dataset.openapi,
  dom_id: "#swagger-ui",
});
