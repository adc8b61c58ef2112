curl https://gpt-image-2.art/api/v1/images/generations \
-H "Authorization: Bearer $GPT_IMAGE_2_API_KEY" \
-H "Content-Type: application/json" \
-d '{
"model": "gpt-image-2",
"prompt": "Keep the product unchanged and place it on a clean studio background",
"image_urls": ["https://example.com/product.png"],
"size": "1024x1024",
"n": 1
}'
