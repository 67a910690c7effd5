Deno.serve(() => new Response(JSON.stringify({ message: "Hello from hello!" })));
