// The function every call goes through: it starts the one that the path names.
Deno.serve((request: Request) => {
  const name = new URL(request.url).pathname.split("/")[1];
  return new Response(JSON.stringify({ message: `Hello from ${name}!` }));
});
