// A form came back: lead to what is wrong with it.
"use strict";

document.getElementById("errors")?.focus();
