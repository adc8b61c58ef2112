const apiKey = process.env.GPT_IMAGE_2_API_KEY;
const createRes = await fetch(
'https://gpt-image-2.art/api/v1/images/generations',
{
method: 'POST',
headers: {
Authorization: `Bearer ${apiKey}`,
'Content-Type': 'application/json',
},
body: JSON.stringify({
model: 'gpt-image-2',
prompt:
'A premium skincare bottle on wet stone with soft studio lighting',
size: '1024x1024',
n: 1,
}),
}
);
const task = await createRes.json();
let result = task;
while (['pending', 'processing'].includes(result.status)) {
await new Promise((resolve) => setTimeout(resolve, 3000));
const queryRes = await fetch(
`https://gpt-image-2.art/api/v1/images/tasks/${task.id}`,
{
headers: {
Authorization: `Bearer ${apiKey}`,
},
}
);
result = await queryRes.json();
}
console.log(result.data);
