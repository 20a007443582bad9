// ES5, as mcp-secure-run.js: it runs where nothing newer is understood.
'use strict';

/** Says that this Node.js is too old; where a client waits, also in answer to its first requests. */
module.exports = function tooOld(isRun) {
  var message = 'mcp-secure-run needs Node.js 20.19 or newer, and was started with ' + process.versions.node;
  var hint = 'install a newer Node.js, or name it in the client: "command": "/path/to/node"';
  process.stderr.write('mcp-secure-run: error[node-too-old]: ' + message + '\nmcp-secure-run:  = hint: ' + hint + '\n');
  if (!isRun) process.exit(125);

  var waiting = '';
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', function (chunk) {
    var lines = (waiting + chunk).split('\n');
    waiting = lines.pop().slice(-65536);
    lines.forEach(answer);
  });
  process.stdin.on('end', function () {
    process.exit(125);
  });
  setTimeout(function () {
    process.exit(125);
  }, 2000);

  function answer(line) {
    var request;
    try {
      request = JSON.parse(line);
      // oxlint-disable-next-line no-unused-vars -- ES5 has no catch without a name
    } catch (error) {
      return; // not a message: there is no one to answer
    }
    if (!request || request.id === undefined || typeof request.method !== 'string') return;
    var data = { source: 'mcp-secure-run', ident: 'node-too-old', hint: hint };
    var response = { jsonrpc: '2.0', id: request.id, error: { code: 125, message: message + '; ' + hint, data: data } };
    process.stdout.write(JSON.stringify(response) + '\n');
  }
};
